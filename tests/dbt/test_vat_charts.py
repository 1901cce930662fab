"""VAT in charts and codes of other shapes: five digits, one account for all rates, raw fish, own rates."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.dbt.small_books import line
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

D = Decimal
DAY: Final = "2024-01-10"
TAXES: Final = {1: "25", 3: "25", 11: "15", 31: "15", 32: "11.11", 33: "12", 12: "11.11"}
Posting = tuple[int, str, int | None]  # account, amount, tax number on the line
SALE_OF_THREE: Final[list[Posting]] = [(3000, "-1000", 3), (3000, "-200", 31), (3000, "-100", 33)]

# organization: its vouchers, and tax numbers whose rate differs from TAXES
BOOKS: Final[dict[str, tuple[list[list[Posting]], dict[int, str]]]] = {
    "five digits": (
        [
            [(30000, "-1000", 3), (27000, "-250", None), (15000, "1250", None)],
            [(40000, "400", 1), (27100, "100", None), (24000, "-500", None)],
            [(27000, "250", None), (27100, "-100", None), (27400, "-150", None)],  # the settlement
        ],
        {},
    ),
    "raw fish": (
        [
            [(3000, "-100", 32), (2701, "-11.11", None), (1500, "111.11", None)],
            [(4300, "200", 12), (2711, "22.22", None), (2400, "-222.22", None)],
        ],
        {},
    ),
    "one account": (
        [
            [*SALE_OF_THREE, (2700, "-292", None), (1500, "1592", None)],
            [(3000, "-200", 31), (2700, "-30", None), (1500, "230", None)],
            [(4300, "200", 11), (2710, "30", None), (2400, "-230", None)],
        ],
        {},
    ),
    "own accounts": (
        [
            [*SALE_OF_THREE, (2700, "-250", None), (2701, "-30", None), (2702, "-12", None), (1500, "1592", None)],
            # nobody posted what the 15 % owe: the account of the 25 % does not pay for it
            [(3000, "-1000", 3), (3000, "-200", 31), (2700, "-250", None), (1500, "1450", None)],
        ],
        {},
    ),
    "other rates": (
        [
            [(4300, "200", 1), (2711, "30", None), (2400, "-230", None)],
            [(3000, "-1000", 3), (2700, "-250", None), (1500, "1250", None)],
        ],
        {1: "15"},
    ),
    "buyer owes": (
        [
            [(4300, "1000", 86), (2703, "-250", None), (2713, "250", None), (2400, "-1000", None)],
            [(4300, "400", 81), (2704, "-100", None), (2714, "100", None), (2400, "-400", None)],
            # nobody posted what is owed
            [(4300, "80", 87), (2400, "-80", None)],
        ],
        {86: "0", 81: "25", 87: "0"},
    ),
}


def land_books(folder: RawFolder) -> None:
    """All of them on one day, and one line of 2020 at the rate that the low class had then."""
    for organization, (vouchers, other) in BOOKS.items():
        raw, rates = folder.of(organization), TAXES | other
        raw.land(
            "transactionlines", DAY, [text for n, lines in enumerate(vouchers) for text in _lines(n, lines, rates)]
        )
        raw.land("taxes", DAY, [f'{{"id":{100 + n},"number":{n},"name":"{n}","rate":{r}}}' for n, r in rates.items()])
    raw = folder.of("old rate")
    raw.land("taxes", DAY, ['{"id":133,"number":33,"name":"33","rate":12}'])
    for day, rate, vat in (("2020-05-10", "6", "-6"), ("2024-01-10", "6", "-6"), ("2024-01-11", "12", "-12")):
        lines = [(3000, "-100", 33), (2702, vat, None), (1500, f"{100 - int(vat)}", None)]
        raw.land("transactionlines", day, _lines(0, lines, {33: rate}, day))


@pytest.fixture(scope="module")
def charts(own_books: Built) -> Built:
    return own_books


def _lines(voucher: int, lines: list[Posting], rates: dict[int, str], day: str = DAY) -> list[str]:
    return [
        line(
            f"{day}-{voucher}-{n}",
            voucher,
            (account, amount),
            day,
            f'"tax":{{"id":{100 + number},"rate":{rates[number]}}}' if number is not None else "",
        )
        for n, (account, amount, number) in enumerate(lines)
    ]


def _figures(charts: Built, organization: str) -> list[tuple[Any, ...]]:
    return charts.rows(
        "select standard_tax_code, rate, direction, base_amount, tax_amount from marts.vat_by_period "
        f"where organization_id = '{organization}' order by tax_number, period, direction"
    )


def test_nothing_about_a_chart_withholds_the_books(charts: Built) -> None:
    assert set(troubles(charts.statuses).values()) <= {"warn"}


def test_vat_accounts_of_five_digits_are_known_by_their_first_four(charts: Built) -> None:
    assert _figures(charts, "five digits") == [
        ("1", 25, "deductible", 400, 100),
        ("3", 25, "output", -1000, -250),
    ]


def test_raw_fish_is_11_11_percent_under_its_own_codes(charts: Built) -> None:
    assert _figures(charts, "raw fish") == [
        ("12", D("11.11"), "deductible", 200, D("22.22")),
        ("32", D("11.11"), "output", -100, D("-11.11")),
    ]


def test_one_account_for_all_rates_is_shared_by_what_the_lines_say(charts: Built) -> None:
    assert _figures(charts, "one account") == [
        ("3", 25, "output", -1000, -250),
        ("11", 15, "deductible", 200, 30),
        ("31", 15, "output", -400, -60),
        ("33", 12, "output", -100, -12),
    ]


def test_a_code_with_an_account_of_its_own_takes_nothing_from_another(charts: Built) -> None:
    assert _figures(charts, "own accounts") == [
        ("3", 25, "output", -2000, -500),
        ("31", 15, "output", -400, -30),
        ("33", 12, "output", -100, -12),
    ]
    named = charts.rows(
        "select voucher_id, standard_tax_code, expected_tax, tax_amount from audit.vat_follows_from_its_base "
        "where organization_id = 'own accounts'"
    )
    assert named == [("v1", "31", D(30), None)]


def test_a_number_at_another_rate_is_not_the_standard_code_of_that_number_and_is_named(charts: Built) -> None:
    assert _figures(charts, "other rates") == [
        (None, 15, "deductible", 200, 30),
        ("3", 25, "output", -1000, -250),
    ]
    named = charts.rows(
        "select tax_number, tax_rate, records, left(what_to_do, 40) from audit.vat_codes_are_mapped "
        "where organization_id = 'other rates'"
    )
    assert named == [(1, 15, 1, "the standard code of this number has ano")]


def test_a_code_whose_vat_the_buyer_owes_may_be_at_rate_0_or_at_its_own_and_vat_that_nobody_posted_is_named(
    charts: Built,
) -> None:
    assert _figures(charts, "buyer owes") == [
        ("81", 25, "deductible", 400, 100),
        ("81", 25, "output", 400, -100),
        ("86", 0, "deductible", 1000, 250),
        ("86", 0, "output", 1000, -250),
        ("87", 0, "output", 80, 0),
    ]
    assert charts.rows("select 1 from audit.vat_codes_are_mapped where organization_id = 'buyer owes'") == []
    named = charts.rows(
        "select voucher_id, standard_tax_code, direction, expected_tax, tax_amount "
        "from audit.vat_follows_from_its_base "
        "where organization_id = 'buyer owes'"
    )
    assert named == [("v2", "87", "output", D(0), None)]


def test_a_rate_counts_on_the_days_that_it_held(charts: Built) -> None:
    rows = charts.rows(
        "select period, standard_tax_code, rate, tax_amount from marts.vat_by_period "
        "where organization_id = 'old rate' order by period, rate"
    )
    assert rows == [
        (date(2020, 5, 1), "33", 6, -6),
        (date(2024, 1, 1), None, 6, -6),
        (date(2024, 1, 1), "33", 12, -12),
    ]
