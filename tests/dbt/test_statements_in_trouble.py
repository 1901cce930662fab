"""Statements where something is missing, wrong or left open by the API: several organizations, built once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow.parquet as pq
import pytest

from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.plan import Incoming, Modes, Size
from tests.dbt.hand_kept_books import ORGANIZATION, land_hand_kept_books
from tests.dbt.office import land_office
from tests.dbt.raw_layout import off_by_one
from tests.dbt.statement_rules import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finago_assets.sandbox.books.company import Books
    from tests.dbt.warehouse import Warehouse

D = Decimal
LANDED: Final = (
    "transactionlines", "accountbalances", "accounts", "taxes", "fiscalperiods", "organization_information",
    "salesorders",
)  # fmt: skip
UNTIL, A_YEAR_ON = date(2024, 3, 31), date(2025, 1, 31)
FOREIGN, BARE, DAMAGED = "foreign-amounts", "incoming-never", "damaged"


@dataclass(frozen=True, slots=True)
class Several:
    """A warehouse with several organizations in it. Never change it."""

    warehouse: Warehouse
    foreign: Books
    statuses: dict[str, str]

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.warehouse.rows(sql)


@pytest.fixture(scope="module")
def several(empty_warehouse: Callable[[], Warehouse]) -> Several:
    """Hand-kept books from July, and three sandboxes, one of them damaged after it landed."""
    warehouse = empty_warehouse()
    land_hand_kept_books(warehouse.raw)
    modes = Modes(foreign_amounts=True, per_hundred=("EUR",))
    foreign = _sandbox(warehouse, FOREIGN, modes, Size.BARE)
    _sandbox(warehouse, BARE, Modes(incoming=Incoming.NEVER), Size.TINY, until=A_YEAR_ON)
    _sandbox(warehouse, DAMAGED, Modes(), Size.TINY)
    _damage(warehouse)
    return Several(warehouse, foreign, warehouse.dbt("build", "--exclude-resource-type", "unit_test"))


def _sandbox(warehouse: Warehouse, organization: str, modes: Modes, size: Size, until: date = UNTIL) -> Books:
    return land_office(
        warehouse,
        endpoints=LANDED,
        size=size,
        scenarios=size is Size.BARE,
        until=until,
        modes=modes,
        organizations=(organization,),
    )


def _damage(warehouse: Warehouse) -> None:
    """Drop a line of January, double one of February, edit one of March."""
    _change_first_line(warehouse, "2024-01", lambda _: [])
    _change_first_line(warehouse, "2024-02", lambda line: [line, line])
    _change_first_line(warehouse, "2024-03", lambda line: [off_by_one(line)])


def _change_first_line(warehouse: Warehouse, month: str, how: Callable[[str], list[str]]) -> None:
    raw = warehouse.raw.of(DAMAGED)
    files = sorted(raw.file("transactionlines", f"{month}-01").parents[1].glob(f"date={month}-*/data.parquet"))
    landed = ((path, pq.read_table(path, columns=["payload"]).column(0).to_pylist()) for path in files)
    path, (first, *rest) = next((path, payloads) for path, payloads in landed if payloads)
    raw.land("transactionlines", path.parent.name.removeprefix("date="), [*how(first), *rest])


def test_of_several_organizations_only_the_damaged_one_differs_from_its_erp(several: Several) -> None:
    differing = several.rows(
        "select organization_id, count(*) from marts.ledger_tie_out where status = 'differs' group by 1"
    )
    assert differing == [(DAMAGED, 3)]


def test_what_is_our_fault_blocks_and_what_is_the_books_only_shows(several: Several) -> None:
    status = {name.removeprefix("test.finago."): said for name, said in several.statuses.items()}
    assert status["ledger_ids_are_unique"] == "fail"
    for name in ("vouchers_balance", "trial_balance_is_zero", "lines_have_a_fiscal_year"):
        assert status[name] == "warn", name
    for name in (
        "ledger_is_complete",
        "ledger_is_the_trial_balance",
        "balances_carry_over",
        "results_are_profit_and_loss",
    ):
        assert status[name] == "pass", name
    built = {name for name, said in several.statuses.items() if name.startswith("model.") and said == "success"}
    assert {f"model.finago.{mart}" for mart in ("general_ledger", "trial_balance", "ledger_tie_out")} <= built


@pytest.fixture(scope="module")
def sound(several: Several) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts without the damaged organization."""
    with duckdb.connect() as connection:
        connection.execute(f"attach '{several.warehouse.file}' as built (read_only)")
        connection.execute("create schema marts")
        marts = several.rows("select table_name from information_schema.tables where table_schema = 'marts'")
        for (mart,) in marts:
            connection.execute(
                f"create view marts.{mart} as from built.marts.{mart} where organization_id <> '{DAMAGED}'"
            )
        yield connection


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_of_bookkeeping_holds_beside_a_damaged_organization(sound: duckdb.DuckDBPyConnection, rule: str) -> None:
    assert sound.execute(RULES[rule]).fetchall() == []


def test_a_year_that_nobody_closed_stays_a_result_of_prior_years(several: Several) -> None:
    rows = several.rows(
        "select strftime(period, '%Y-%m'), max(amount) filter (where row_kind = 'result_this_year'), "
        "max(amount) filter (where row_kind = 'result_prior_years') from marts.balance_sheet "
        f"where organization_id = '{ORGANIZATION}' group by period"
    )
    shown = {month: (this, prior) for month, this, prior in rows}
    assert {month: shown[month] for month in RESULTS} == RESULTS
    assert len(shown) == 29


RESULTS: Final = {
    "2022-04": (D(-250), D(-350)),  # before the landed months, by what the ERP reports
    "2022-06": (D(-350), D(-350)),
    "2022-07": (D(0), D(-700)),  # the year that ended in June was not closed
    "2022-09": (D(-200), D(-700)),
    "2023-06": (D(0), D(-700)),  # this one was
    "2023-07": (D(0), D(-700)),
    "2024-06": (D(50), D(-700)),
    "2024-07": (None, None),  # no fiscal year is known
}


def test_profit_and_loss_restarts_in_july_and_is_unknown_outside_every_fiscal_year(several: Several) -> None:
    rows = several.rows(
        "select strftime(period, '%Y-%m'), fiscal_year, opening_balance, opening_source, closing_balance "
        f"from marts.trial_balance where organization_id = '{ORGANIZATION}' and account_number = 3000 "
        "and strftime(period, '%Y-%m') in ('2022-04', '2022-06', '2022-07', '2022-10', '2023-07', '2024-07') order by 1"
    )
    assert rows == [
        ("2022-04", 2022, D(-250), "reported", D(-250)),
        ("2022-06", 2022, D(-350), "ledger", D(-350)),
        ("2022-07", 2023, D(0), "ledger", D(0)),
        ("2022-10", 2023, D(-200), "ledger", D(-200)),
        ("2023-07", 2024, D(0), "ledger", D(0)),
        ("2024-07", None, None, "unknown", None),
    ]
    outside = several.rows(
        "select posting_date, fiscal_year, count(*) from marts.general_ledger "
        f"where organization_id = '{ORGANIZATION}' and fiscal_year is null group by all"
    )
    assert outside == [(date(2024, 7, 5), None, 2)]


def test_an_account_of_class_9_carries_over_with_the_balance(several: Several) -> None:
    rows = several.rows(
        "select account_number, row_kind, amount from marts.balance_sheet "
        f"where organization_id = '{ORGANIZATION}' and period = '2024-06-01' and account_number >= 9000 order by all"
    )
    assert rows == [(9100, "account", D(5)), (9200, "account", D(-5))]


def test_amounts_in_the_lines_currency_are_converted_once_vouchers_speak_for_it(several: Several) -> None:
    ((verdict, against, rates),) = several.rows(
        "select verdict, vouchers_for_base + account_months_for_base, rates_per from marts.currency_verdict "
        f"where organization_id = '{FOREIGN}' and vouchers > 0 and account_months > 0"
    )
    assert (verdict, against, rates) == ("foreign", 0, "EUR per 100")
    changes = several.rows(
        "select account_number, period, change from marts.trial_balance "
        f"where organization_id = '{FOREIGN}' and row_kind = 'account' and change <> 0"
    )
    ledger = several.foreign.ledger
    for account, period, change in changes:
        last = (period.replace(day=28) + timedelta(4)).replace(day=1) - timedelta(1)
        assert change == D(ledger.movement(account, period, last)) / ORE, (account, period)
    assert len(changes) > 30
    euros = several.rows(
        "select count(*) > 0, count(*) = count(amount_currency), bool_and(amount_basis = 'foreign') "
        f"from marts.general_ledger where organization_id = '{FOREIGN}' and currency_code = 'EUR'"
    )
    assert euros == [(True, True, True)]


def test_openings_that_leave_incoming_balances_out_are_unknown_and_the_months_still_tie(several: Several) -> None:
    where = f"where organization_id = '{BARE}' and"
    balances = several.rows(
        "select distinct opening_source, opening_balance, closing_balance from marts.trial_balance "
        f"{where} account_number < 3000"
    )
    assert balances == [("unknown", None, None)]
    results = several.rows(f"select distinct opening_source from marts.trial_balance {where} account_number >= 3000")
    assert results == [("ledger",)]
    running = several.rows(f"select count(running_balance) from marts.general_ledger {where} account_number < 3000")
    assert running == [(0,)]
    ties = several.rows(f"select status from marts.ledger_tie_out {where} period <= '{A_YEAR_ON}' group by all")
    assert ties == [("ties",)]


def test_without_a_line_in_another_currency_the_verdict_is_undetermined(several: Several) -> None:
    found = several.rows(
        f"select verdict, vouchers, rates_per from marts.currency_verdict where organization_id = '{ORGANIZATION}'"
    )
    assert found == [("undetermined", 0, None)]
