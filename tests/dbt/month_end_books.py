"""Two organizations whose month ends badly in every way that a binder names, and well: hand-written, of two years.

Owns the records; what a binder says of them stands in the tests.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Final

from tests.dbt.kept_books import KeptBooks
from tests.dbt.small_books import line

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder

TROUBLED, SOUND = "troubled", "sound"
# what a spreadsheet would run, a page would take for markup, and a terminal for a command of its own
FORMULA: Final = '=HYPERLINK(\\"http://127.0.0.1:9\\",\\"x\\")'
MARKUP: Final = "<script>document.title='taken'</script>"
CONTROL: Final = "bell\\u0007 and \\u001b[31mred"
_CUSTOMER: Final = '"customer":{"id":77},"invoice":{"number":"%s","dueDate":"%s"}'
YEARS: Final = (("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31"))
# the months of the second year end with a bank overdrawn, a receivable 100 days overdue and a suspense account in use
TROUBLED_BOOKS: Final = KeptBooks(
    TROUBLED,
    {
        "2024-03-10": {1500: "500.00", 3000: "-500.00"},
        "2024-03-20": {1920: "1000.00", 2000: "-1000.00"},
        "2024-12-31": {8960: "500.00", 2050: "-500.00"},
        "2025-01-10": {1500: "700.00", 3000: "-700.00"},
        "2025-02-10": {6300: "50.00", 1920: "-50.00"},
        "2025-03-05": {1920: "-2000.00", 6300: "1999.00"},
        "2025-03-10": {1500: "-123.45", 1920: "123.45"},
        "2025-03-12": {1990: "12.30", 1920: "-12.30"},
        "2025-03-20": {1500: "7.00", 9100: "-7.00"},
    },
    YEARS,
    last=date(2025, 4, 30),
    more={
        ("2024-03-10", 1500): _CUSTOMER % ("1", "2025-03-31"),
        ("2025-01-10", 1500): _CUSTOMER % ("2", "2024-12-10"),
        # made in May, when March was long closed
        ("2025-03-05", 6300): f'"comment":"{FORMULA}","createdAt":"2025-05-02T08:00:00Z"',
        ("2025-03-05", 1920): f'"comment":"{MARKUP}"',
        ("2025-03-10", 1500): '"customer":{"id":77}',
        ("2025-03-12", 1990): f'"comment":"{CONTROL}"',
    },
    reported={(6300, "2025-03"): ("50.00", "1899.00", "1949.00")},
)
SOUND_BOOKS: Final = KeptBooks(
    SOUND,
    {
        "2025-02-01": {1920: "1000.00", 2000: "-1000.00"},
        "2025-03-03": {1920: "250.00", 3200: "-250.00"},
    },
    YEARS[1:],
    first=date(2025, 2, 1),
    last=date(2025, 4, 30),
)


def land_books(raw: RawFolder) -> None:
    """Land both, with a customer of the first, its suspense account by name, and a line that nobody can read."""
    for books in (TROUBLED_BOOKS, SOUND_BOOKS):
        books.land(raw)
    troubled, fetched = raw.of(TROUBLED), "2025-05-01"
    names = {1920: "Bank", 1990: "Observasjonskonto", 6300: "Husleie", 9100: "Utenfor"}
    numbers = sorted({account for day in TROUBLED_BOOKS.vouchers.values() for account in day})
    chart = [f'{{"id":{number},"number":{number},"name":"{names.get(number, number)}"}}' for number in numbers]
    troubled.land("accounts", fetched, chart)
    troubled.land("customers", fetched, ['{"id":77,"name":"=ABC & <Sønner> AS","isCompany":true}'])
    kept = [line(f"2025-03-12-{n}", 20250312, (n, a), "2025-03-12", TROUBLED_BOOKS.more.get(("2025-03-12", n), ""))
            for n, a in TROUBLED_BOOKS.vouchers["2025-03-12"].items()]  # fmt: skip
    troubled.land("transactionlines", "2025-03-12", [*kept, line("odd", 9, (1920, "1.005"), "2025-03-12")])
