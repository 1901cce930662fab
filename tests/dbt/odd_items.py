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
FIVE_DIGITS, GROUP = "five-digits", "group"


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
}


def land_odd_items(folder: RawFolder) -> None:
    """Land January to April of each organization, with an ERP that reports no opening."""
    for organization, vouchers in VOUCHERS.items():
        raw = folder.of(organization)
        posted: dict[str, list[str]] = {}
        for day, lines in vouchers:
            posted.setdefault(day, []).extend(lines)
        for day in (f"{FIRST + timedelta(n)}" for n in range((LAST - FIRST).days + 1)):
            raw.land("transactionlines", day, posted.get(day, []))
        raw.land("accountbalances", FETCHED, [_reported()])
        raw.land("organization_information", FETCHED, ['{"id":7,"name":"AS","settings":{"currencyCode":"NOK"}}'])


def _reported() -> str:
    return '{"account":{"id":1,"number":1920},"balances":[{"date":"2024-01-01","opening":0,"change":0,"closing":0}]}'
