"""Trial balance, statements, dimensions and tie-out of a sandbox's books, against the sandbox's own ledger."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.plan import Size
from tests.dbt.office import land_office
from tests.dbt.statement_rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finago_assets.sandbox.books.company import Books
    from tests.dbt.conftest import Staged
    from tests.dbt.warehouse import Warehouse

OURS: Final = (
    "ledger_ids_are_unique",
    "ledger_is_complete",
    "ledger_is_the_trial_balance",
    "balances_carry_over",
    "results_are_profit_and_loss",
)
BOOKS: Final = (
    "vouchers_balance",
    "trial_balance_is_zero",
    "lines_have_a_fiscal_year",
    "accounts_have_a_class",
    "foreign_amounts_are_understood",
)
LEDGER_ALONE: Final = (
    "transactionlines",
    "accountbalances",
    "accounts",
    "taxes",
    "fiscalperiods",
    "organization_information",
)


def _months(books: Books) -> Iterator[tuple[date, date]]:
    """The first and the last day of each month of the books."""
    day = books.plan.start
    while day <= books.plan.last:
        after = (day.replace(day=28) + timedelta(4)).replace(day=1)
        yield day, after - timedelta(1)
        day = after


def _expected(books: Books) -> dict[tuple[int, date], tuple[Decimal, Decimal]]:
    """Change and closing of every account and month that the books' own ledger has; year-long accounts restart."""
    found = {}
    for account in books.ledger.by_date:
        for first, last in _months(books):
            change = books.ledger.movement(account, first, last)
            since = date(first.year, 1, 1) if account >= 3000 else date.min
            closing = books.ledger.movement(account, since, last)
            found[account, first] = (Decimal(change) / ORE, Decimal(closing) / ORE)
    return found


def _shown(warehouse: Warehouse, columns: str, mart: str) -> dict[tuple[int, date], tuple[Decimal, Decimal]]:
    rows = warehouse.rows(
        f"select account_number, period, {columns} from marts.{mart} where account_number is not null"
    )
    return {(account, period): (one, other) for account, period, one, other in rows}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_bookkeeping_holds_exactly(staged: Staged, rule: str) -> None:
    assert staged.warehouse.rows(RULES[rule]) == []


def test_every_accounts_month_is_what_the_books_own_ledger_says(staged: Staged) -> None:
    expected = {key: value for key, value in _expected(staged.books).items() if any(value)}
    shown = _shown(staged.warehouse, "change, closing_balance", "trial_balance")
    assert {key: value for key, value in shown.items() if any(value)} == expected
    assert len(expected) > 200


def test_every_accounts_month_ties_to_the_erp(staged: Staged) -> None:
    rows = staged.warehouse.rows(
        "select status, count(*), count(reason), sum(abs(difference)), "
        "count(*) filter (where ledger_closing is distinct from reported_closing) "
        "from marts.ledger_tie_out where period <= ? group by status".replace("?", f"date '{staged.books.plan.last}'")
    )
    ((status, count, reasons, difference, closings),) = rows
    assert (status, reasons, difference, closings) == ("ties", 0, 0, 0)
    assert count == len(_shown(staged.warehouse, "change, closing_balance", "trial_balance"))
    print(f"T18: {count:,} accounts' months tie to the balances served, difference 0.00")


def test_the_year_that_was_closed_leaves_no_result_and_the_open_one_shows_it(staged: Staged) -> None:
    rows = staged.warehouse.rows(
        "select period, sum(amount) filter (where row_kind = 'result_this_year'), "
        "sum(amount) filter (where row_kind = 'result_prior_years') from marts.balance_sheet group by period"
    )
    shown = {period: (this, prior) for period, this, prior in rows}
    closing, opening = date(2024, 12, 1), date(2025, 1, 1)
    january = sum(
        staged.books.ledger.movement(account, opening, date(2025, 1, 31))
        for account in staged.books.ledger.by_date
        if account >= 3000
    )
    assert shown[closing] == (0, 0)
    assert shown[opening] == (Decimal(january) / ORE, 0)
    assert january != 0
    apart = staged.warehouse.rows(
        "select distinct account_number from marts.profit_and_loss where row_kind <> 'account'"
    )
    assert apart == [(8960,)]


def test_whether_amounts_are_in_the_books_currency_is_decided_by_vouchers_that_mix_rates(staged: Staged) -> None:
    ((verdict, vouchers, against, months, rates),) = staged.warehouse.rows(
        "select verdict, vouchers, vouchers_for_foreign, account_months, rates_per from marts.currency_verdict"
    )
    assert (verdict, against, rates) == ("base", 0, "EUR per 1")
    assert vouchers > 0
    assert months > 0
    assert staged.warehouse.rows(
        "select count(*) > 0, count(*) = count(amount_currency), "
        "bool_and(abs(amount - amount_currency * currency_rate) < 0.06) "
        "from marts.general_ledger where currency_code = 'EUR'"
    ) == [(True, True, True)]


@pytest.mark.parametrize("name", OURS + BOOKS)
def test_a_check_is_green_on_books_without_fault(staged: Staged, name: str) -> None:
    assert staged.statuses[f"test.finago.{name}"] == "pass"


@pytest.mark.slow
def test_five_years_and_a_hundred_thousand_vouchers_obey_every_rule(
    empty_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = empty_warehouse()
    books = land_office(warehouse, endpoints=LEDGER_ALONE, start=date(2020, 1, 1), size=Size.AUDIT, years=5)
    statuses = warehouse.dbt("build", "--exclude-resource-type", "unit_test")
    assert {rule: warehouse.rows(sql)[:3] for rule, sql in RULES.items() if warehouse.rows(sql)} == {}
    expected = {key: value for key, value in _expected(books).items() if any(value)}
    shown = _shown(warehouse, "change, closing_balance", "trial_balance")
    assert {key: value for key, value in shown.items() if any(value)} == expected
    assert [statuses[f"test.finago.{name}"] for name in OURS + BOOKS] == ["pass"] * len(OURS + BOOKS)
    ((vouchers, lines),) = warehouse.rows("select count(distinct voucher_id), count(*) from marts.general_ledger")
    rows = warehouse.rows(
        "select status, count(*) from marts.ledger_tie_out where ledger_change is not null group by all"
    )
    assert [status for status, _ in rows] == ["ties"]
    assert vouchers >= 100_000
    print(f"T18: {vouchers:,} vouchers, {lines:,} lines, {rows[0][1]:,} accounts' months: difference 0.00")
