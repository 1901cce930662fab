"""Statements over fiscal years of every length, and years that overlap, leave days out or end before they begin."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from tests.dbt.kept_books import KeptBooks
from tests.dbt.statement_rules import RULES
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Built

D = Decimal
SALES: Final = {
    "2024-01-15": {1920: "10.00", 3000: "-10.00"},
    "2024-05-15": {1920: "1000.00", 3000: "-1000.00"},
    "2024-08-15": {1920: "500.00", 3000: "-500.00"},
    "2025-01-15": {1920: "70.00", 3000: "-70.00"},
}
SOUND: Final = {
    "short years": [("2023-07-01", "2024-06-30"), ("2024-07-01", "2024-12-31"), ("2025-01-01", "2025-12-31")],
    "eighteen months": [("2023-07-01", "2024-12-31"), ("2025-01-01", "2025-12-31")],
    "one month": [("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-12-31"), ("2025-01-01", "2025-12-31")],
    "new year end": [("2023-01-01", "2023-12-31"), ("2024-01-01", "2024-06-30"), ("2024-07-01", "2025-06-30")],
}
# the result of this year and of prior years at the end of a month, credit negative
RESULTS: Final = {
    "short years": {"2024-06": (-1010, 0), "2024-07": (0, -1010), "2024-12": (-500, -1010), "2025-01": (-70, -1510)},
    "eighteen months": {"2024-06": (-1010, 0), "2024-07": (-1010, 0), "2024-12": (-1510, 0), "2025-01": (-70, -1510)},
    "one month": {"2024-01": (-10, 0), "2024-06": (-1000, -10), "2024-12": (-1500, -10), "2025-01": (-70, -1510)},
    "new year end": {"2024-06": (-1010, 0), "2024-07": (0, -1010), "2024-12": (-500, -1010), "2025-01": (-570, -1010)},
}
ODD: Final = {
    "overlapping": [("2023-07-01", "2024-06-30"), ("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")],
    "same first day": [("2024-01-01", "2024-12-31"), ("2024-01-01", "2024-06-30"), ("2025-01-01", "2025-12-31")],
    "missing days": [("2024-01-01", "2024-06-30"), ("2025-01-01", "2025-12-31")],
    "backwards": [("2024-12-31", "2024-01-01"), ("2024-01-01", "2024-12-31"), ("2025-01-01", "2025-12-31")],
}


def land_books(raw: RawFolder) -> None:
    """The same sales in every organization."""
    for organization, spans in (SOUND | ODD).items():
        KeptBooks(organization, SALES, spans, last=date(2025, 2, 28)).land(raw)


@pytest.fixture(scope="module")
def years(own_books: Built) -> Built:
    return own_books


def test_what_is_wrong_with_the_years_of_one_organization_withholds_nobodys_books(years: Built) -> None:
    assert set(troubles(years.statuses).values()) == {"warn"}
    assert {node.split(".")[2] for node in troubles(years.statuses)} == {
        "fiscal_years_follow_each_other",
        "lines_have_a_fiscal_year",
    }


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_bookkeeping_holds_whatever_the_fiscal_years(years: Built, rule: str) -> None:
    assert years.rows(RULES[rule]) == []


@pytest.mark.parametrize("organization", SOUND)
def test_the_results_of_this_year_and_of_prior_years_follow_the_first_day(years: Built, organization: str) -> None:
    rows = years.rows(
        "select strftime(period, '%Y-%m'), max(amount) filter (where row_kind = 'result_this_year'), "
        "max(amount) filter (where row_kind = 'result_prior_years'), sum(amount) from marts.balance_sheet "
        f"where organization_id = '{organization}' group by period"
    )
    assert [total for *_, total in rows] == [0] * 14
    shown = {month: (this, prior) for month, this, prior, _ in rows}
    assert {month: shown[month] for month in RESULTS[organization]} == RESULTS[organization]


def test_two_short_years_share_their_number_and_not_their_first_day(years: Built) -> None:
    rows = years.rows(
        "select fiscal_year, fiscal_year_start, sum(amount), max(amount_year_to_date) from marts.profit_and_loss "
        "where organization_id = 'short years' group by all order by 2"
    )
    assert [row[:3] for row in rows] == [
        (2024, date(2023, 7, 1), D(-1010)),
        (2024, date(2024, 7, 1), D(-500)),
        (2025, date(2025, 1, 1), D(-70)),
    ]
    lines = years.rows(
        "select distinct fiscal_year, fiscal_year_start from marts.general_ledger "
        "where organization_id = 'short years' order by 2"
    )
    assert lines == [row[:2] for row in rows]
    ties = years.rows("select status, count(*) from marts.ledger_tie_out where organization_id in "
                      f"{tuple(SOUND)} and period <= '2025-02-01' group by all")  # fmt: skip
    assert ties == [("ties", 4 * 2 * 14)]


def test_odd_years_are_named_with_their_organization_and_what_to_do(years: Built) -> None:
    rows = years.rows(
        "select organization_id, starting_date, reason from audit.fiscal_years_follow_each_other order by all"
    )
    assert [(organization, f"{start}", reason.split(":")[0]) for organization, start, reason in rows] == [
        ("backwards", "2024-12-31", "ends before it begins and is left out"),
        ("missing days", "2025-01-01", "leaves days after the fiscal year before it, which are in none"),
        (
            "overlapping",
            "2024-01-01",
            "shares days with an earlier fiscal year, and the days from its first on count as its own",
        ),
        (
            "same first day",
            "2024-01-01",
            "shares days with an earlier fiscal year, and the days from its first on count as its own",
        ),
    ]
