"""Three small organizations whose receivables and payables are kept or paid in unusual ways.

Owns the records; the figures that follow from them stand in the tests.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tests.dbt.small_books import line

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder

FIRST, LAST, FETCHED = date(2024, 1, 1), date(2024, 4, 30), "2024-05-01"
FIVE_DIGITS, GROUP, DATES, EARLIER, SPACED = "five-digits", "group", "dates", "earlier", "spaced"


def item(party: int, number: str | None = None, due: str | None = None, kid: str | None = None) -> str:
    """What a line says of its customer and invoice."""
    fields = {"number": number, "dueDate": due, "remittanceReference": kid}
    said = ",".join(f'"{name}":"{value}"' for name, value in fields.items() if value is not None)
    return f'"customer":{{"id":{party}}},"invoice":{{{said}}},"currency":{{"code":"LOCAL","rate":1}}'


def voucher(number: int, day: str, control: tuple[int, str], other: int, more: str) -> tuple[str, list[str]]:
    """A voucher of two lines on a day: one on a control account, the other against it."""
    account, amount = control
    against = amount[1:] if amount.startswith("-") else f"-{amount}"
    return day, [
        line(f"{number}-1", number, (account, amount), day, more),
        line(f"{number}-2", number, (other, against), day),
    ]


VOUCHERS: Final = {
    FIVE_DIGITS: [
        voucher(1, "2024-01-10", (15000, "100.00"), 30000, item(7, "1", "2024-01-24")),
        voucher(2, "2024-01-11", (24000, "-40.00"), 40000, item(8, "A-1", "2024-02-24")),
    ],
    GROUP: [
        voucher(1, "2024-01-10", (1500, "100.00"), 3000, item(7, "1", "2024-01-24")),
        voucher(2, "2024-01-11", (1560, "250.00"), 3000, item(9, "2", "2024-01-25")),
        voucher(3, "2024-01-12", (1560, "50.00"), 3000, item(9, "3", "2024-01-26")),
    ],
    # what other systems write where there is no due date
    DATES: [
        voucher(n, "2024-01-10", (1500, f"{n}.00"), 3000, item(7, f"{n}", due))
        for n, due in enumerate(
            (
                "0001-01-01T00:00:00",
                "9999-12-31",
                "1900-01-01",
                "1970-01-01",
                "2000-01-01",
                "2099-12-31",
                "2014-01-09",
                "2014-01-10",
                "2034-01-10",
                "2034-01-11",
            ),
            1,
        )
    ],
    # one KID, written with no-break spaces by whoever typed the payment
    SPACED: [
        voucher(1, "2024-01-10", (1500, "100.00"), 3000, item(7, "1001", "2024-01-24", "10017")),
        voucher(2, "2024-02-01", (1500, "-60.00"), 1920, item(7, kid="1\u00a00017")),
    ],
    # 5,000.00 of before the first day, paid in January with its number and its due date
    EARLIER: [
        voucher(1, "2024-01-15", (1500, "-5000.00"), 1920, item(7, "990", "2023-12-20")),
        voucher(2, "2024-01-16", (1500, "300.00"), 3000, item(8, "1001", "2024-01-20")),
        voucher(3, "2024-01-17", (2400, "70.00"), 1920, item(9, "S-1", "2023-12-20")),
    ],
}
OPENINGS: Final = {EARLIER: {1500: 5000, 2400: -70, 1920: -4930}}


# organization, and each transaction's reference, day, amount and KID
BANK: Final = {SPACED: [("b1", "2024-02-01", "60.00", "1\u00a000\u200917"), ("b2", "2024-02-10", "40.00", "1.00.17")]}


def land_odd_items(folder: RawFolder) -> None:
    """Land January to April of each organization, with what the ERP reports as openings."""
    for organization, vouchers in VOUCHERS.items():
        raw = folder.of(organization)
        posted: dict[str, list[str]] = {}
        for day, lines in vouchers:
            posted.setdefault(day, []).extend(lines)
        for day in (f"{FIRST + timedelta(n)}" for n in range((LAST - FIRST).days + 1)):
            raw.land("transactionlines", day, posted.get(day, []))
            moved = [_moved(*fields) for fields in BANK.get(organization, []) if fields[1] == day]
            raw.land("banktransactions", day, moved)
        raw.land(
            "accountbalances",
            FETCHED,
            [_reported(*opening) for opening in OPENINGS.get(organization, {1920: 0}).items()],
        )
        raw.land("organization_information", FETCHED, ['{"id":7,"name":"AS","settings":{"currencyCode":"NOK"}}'])


def _moved(reference: str, day: str, amount: str, kid: str) -> str:
    return (
        f'{{"bankTransactionReference":"{reference}","type":"inbound","date":"{day}","amount":{{"value":{amount},'
        f'"currency":{{"code":"NOK"}}}},"paymentReference":{{"type":"ocr","value":"{kid}"}}}}'
    )


def _reported(account: int, opening: int) -> str:
    month = f'{{"date":"2024-01-01","opening":{opening},"change":0,"closing":{opening}}}'
    return f'{{"account":{{"id":{account},"number":{account}}},"balances":[{month}]}}'
