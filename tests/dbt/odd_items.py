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
ZEROS, SEVERAL = "zeros", "several"


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
    # an invoice 0010170 paid by somebody who leaves the zeros out; A017 and A17 are two
    ZEROS: [
        voucher(1, "2024-01-10", (1500, "100.00"), 3000, item(7, "0010170", "2024-01-24", "10017")),
        voucher(2, "2024-02-01", (1500, "-60.00"), 1920, item(7, "10170")),
        voucher(3, "2024-02-02", (1500, "10.00"), 3000, item(8, "A017", "2024-02-24")),
        voucher(4, "2024-02-03", (1500, "20.00"), 3000, item(8, "A17", "2024-02-24")),
        # with the zeros left out in one of them, the KID is still that of one invoice
        voucher(5, "2024-02-04", (1500, "-5.00"), 3000, item(7, "10170", kid="10017")),
        voucher(6, "2024-02-05", (1500, "-15.00"), 1920, item(7, kid="10017")),
        voucher(9, "2024-02-08", (1500, "-4.00"), 1920, item(8, "010170")),
        # another party's invoice of that number
        voucher(8, "2024-02-07", (1500, "9.00"), 3000, item(8, "10170", "2024-02-24")),
        voucher(7, "2024-02-06", (1500, "7.00"), 3000, item(7, "000", "2024-02-24")),
    ],
    # a KID for three invoices: 7 pays the sum, 8 something else; 9 has it for one invoice after the other
    SEVERAL: [
        *(
            voucher(
                n, f"2024-01-{n + 10}", (1500, f"{n}00.00"), 3000, item(party, f"{party}0{n}", "2024-01-31", "10017")
            )
            for party, first in ((7, 1), (8, 4))
            for n in range(first, first + 3)
        ),
        voucher(10, "2024-02-10", (1500, "-600.00"), 1920, item(7, kid="10017")),
        voucher(11, "2024-02-10", (1500, "-1400.00"), 1920, item(8, kid="10017")),
        voucher(12, "2024-03-01", (1500, "50.00"), 3000, item(7, "704", "2024-03-15", "10017")),
        voucher(13, "2024-03-10", (1500, "-50.00"), 1920, item(7, kid="10017")),
        voucher(14, "2024-03-20", (1500, "-20.00"), 3000, item(7, "702")),
        voucher(15, "2024-01-10", (1500, "30.00"), 3000, item(9, "901", "2024-01-31", "20016")),
        voucher(16, "2024-02-10", (1500, "-30.00"), 1920, item(9, kid="20016")),
        voucher(17, "2024-03-10", (1500, "40.00"), 3000, item(9, "902", "2024-03-31", "20016")),
        # a credit note with a number of its own takes off the invoice without any payment: no sum is paid
        voucher(18, "2024-01-10", (1500, "60.00"), 3000, item(10, "1001", "2024-01-31", "30015")),
        voucher(19, "2024-01-20", (1500, "-60.00"), 3000, item(10, "1002", "2024-01-31", "30015")),
        # more than the sum is not the sum
        voucher(23, "2024-01-10", (1500, "100.00"), 3000, item(12, "1201", "2024-01-31", "30015")),
        voucher(24, "2024-01-10", (1500, "200.00"), 3000, item(12, "1202", "2024-01-31", "30015")),
        voucher(25, "2024-02-10", (1500, "-350.00"), 1920, item(12, kid="30015")),
        # two suppliers' invoices of one KID
        voucher(20, "2024-01-10", (2400, "-60.00"), 4000, item(11, "S1", "2024-01-31", "30015")),
        voucher(21, "2024-01-10", (2400, "-40.00"), 4000, item(11, "S2", "2024-01-31", "30015")),
        voucher(22, "2024-02-20", (2400, "100.00"), 1920, item(11, kid="30015")),
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
BANK: Final = {
    SEVERAL: [("b3", "2024-02-10", "600.00", "10017")],
    SPACED: [
        ("b1", "2024-02-01", "60.00", "1\u00a000\u200917"),
        ("b2", "2024-02-10", "40.00", "1.00.17"),
        ("b2", "2024-02-10", "40.00", "1.00.17"),
    ],
}


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
