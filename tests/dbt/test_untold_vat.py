"""VAT of amounts in another currency that nothing tells: NULL in the term it is part of, every other term exact."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from tests.dbt.kept_books import KeptBooks
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

D = Decimal
SEK: Final = '"currency":{"code":"SEK","rate":98.5}'
TAXED: Final = f'{SEK},"tax":{{"id":%s,"rate":25}}'
# Swedish vouchers with VAT on their lines, with VAT in kroner beside a Swedish base, and with VAT that nobody posted
VAT: Final = KeptBooks(
    "vat",
    {
        "2024-01-10": {1920: "1250.00", 3000: "-1000.00", 2700: "-250.00"},
        "2024-02-10": {1500: "1260.00", 3000: "-1000.00", 2700: "-250.00"},  # balances in no reading
        "2024-03-10": {1500: "1250.00", 3000: "-1000.00", 2700: "-250.00"},
        "2024-05-10": {4300: "1000.00", 2400: "-1000.00"},
        "2024-07-10": {1920: "125.00", 3000: "-100.00", 2700: "-25.00"},
    },
    (("2024-01-01", "2024-12-31"),),
    last=date(2024, 8, 31),
    more={
        ("2024-01-10", 3000): '"tax":{"id":3,"rate":25}',
        ("2024-02-10", 1500): SEK,
        ("2024-02-10", 3000): TAXED % 3,
        ("2024-03-10", 1500): SEK,
        ("2024-03-10", 3000): TAXED % 3,
        ("2024-03-10", 2700): SEK,
        ("2024-05-10", 4300): TAXED % 86,
        ("2024-05-10", 2400): SEK,
        ("2024-07-10", 3000): '"tax":{"id":3,"rate":25}',
    },
    taxes=('{"id":3,"number":3,"name":"3","rate":25}', '{"id":86,"number":86,"name":"86","rate":25}'),
    # the ERP's figures contradict both readings here too
    reported=dict.fromkeys(
        (
            (1500, "2024-02"),
            (3000, "2024-02"),
            (1500, "2024-03"),
            (3000, "2024-03"),
            (2700, "2024-03"),
            (4300, "2024-05"),
            (2400, "2024-05"),
        ),
        ("0.00", "77.77", "0.00"),
    ),
)


def land_books(raw: RawFolder) -> None:
    """Swedish vouchers between vouchers in kroner."""
    VAT.land(raw)


def test_vat_of_an_amount_that_nothing_tells_is_null_and_other_terms_are_exact_and_nothing_is_withheld(
    own_books: Built,
) -> None:
    shown = own_books.rows(
        "select strftime(period, '%Y-%m'), standard_tax_code, direction, base_amount, tax_amount "
        "from marts.vat_by_period order by all"
    )
    assert shown == [
        ("2024-01", "3", "output", None, D(-500)),
        ("2024-03", "3", "output", None, None),
        ("2024-05", "86", "deductible", None, None),
        ("2024-05", "86", "output", None, None),
        ("2024-07", "3", "output", D(-100), D(-25)),
    ]
    assert set(troubles(own_books.statuses).values()) == {"warn"}
    assert own_books.rows("from audit.vat_follows_from_its_base") == []
