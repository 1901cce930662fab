"""Ten organizations with the same books: what is asked of them costs ten times what is asked of one, and no more.

Rows that DuckDB's operators hand on are counted, not seconds.
"""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finago_assets.sandbox.books.plan import Size
from tests.dbt.office import land_office
from tests.dbt.warehouse import Warehouse, troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.slow
ORGANIZATIONS = 10
# rows that an operator may hand on for each row that is read of a table; no query of the project needs 3
MULTIPLE = 8
OF_THE_LEDGER = (
    "select count(*) from marts.general_ledger",
    "select sum(amount) from marts.general_ledger where organization_id = '1'",
    "select * from marts.general_ledger where fiscal_year = 2024 and tax_base <> 0",
    "select * from marts.general_ledger where fiscal_year = 2024 and running_balance > 0",
    "select * from marts.general_ledger where tax_base <> 0 and running_balance > 0 and fiscal_year = 2024",
    "select * from marts.general_ledger where running_balance > 0 and tax_number > 0 and currency_code = 'NOK'",
    "select count(*) from marts.general_ledger natural join marts.accounts where running_balance > 0",
)


@dataclass(frozen=True, slots=True)
class Many:
    """The warehouse of ten organizations, how each node of its build ended, and the SQL that each was."""

    warehouse: Warehouse
    statuses: dict[str, str]
    compiled: dict[str, str]


@pytest.fixture(scope="module")
def many(empty_warehouse: Callable[[], Warehouse]) -> Many:
    warehouse = empty_warehouse()
    land_office(warehouse, size=Size.TINY, until=date(2024, 7, 31), scenarios=True)
    for landed in (warehouse.folder / "data" / "raw" / "finago").glob("*/organization=*"):
        for number in range(ORGANIZATIONS):
            shutil.copytree(landed, landed.with_name(f"organization={number}"))
        shutil.rmtree(landed)
    statuses = warehouse.dbt("build", "--exclude-resource-type", "unit_test", keep_results=True)
    results = json.loads((warehouse.artifacts / "parquet" / "run_results.json").read_text())["results"]
    compiled = {result["unique_id"]: result["compiled_code"] for result in results if result["compiled_code"]}
    return Many(warehouse, statuses, compiled)


def test_the_books_of_ten_organizations_build_and_pass_what_those_of_one_pass(many: Many) -> None:
    assert set(troubles(many.statuses).values()) <= {"warn"}
    assert many.warehouse.rows("select count(distinct organization_id) from marts.general_ledger") == [(ORGANIZATIONS,)]


def test_no_model_and_no_test_joins_an_organization_with_itself(many: Many) -> None:
    # staging reads one file after another, and the landed days are read from files
    asked = {
        node: sql
        for node, sql in many.compiled.items()
        if "getvariable" not in sql and "parquet_kv_metadata" not in sql
    }
    assert {node.split(".")[0] for node in asked} == {"model", "test"}
    assert _too_wide(many, asked) == {}


def test_no_mart_joins_an_organization_with_itself(many: Many) -> None:
    marts = [
        mart
        for (mart,) in many.warehouse.rows(
            "select table_name from information_schema.tables where table_schema = 'marts'"
        )
    ]
    assert "general_ledger" in marts
    assert _too_wide(many, {mart: f"select * from marts.{mart}" for mart in marts}) == {}


@pytest.mark.parametrize("query", OF_THE_LEDGER)
def test_no_question_turns_the_joins_of_the_ledger_around(many: Many, query: str) -> None:
    assert _too_wide(many, {"asked": query}) == {}


def test_the_ledger_is_joined_with_no_other_table_that_has_a_row_for_each_line(many: Many) -> None:
    # two as long as ten million lines are more than dbt's memory holds at once
    with duckdb.connect(many.warehouse.file, read_only=True) as connection:
        ((lines,),) = connection.execute("select count(*) from marts.general_ledger").fetchall()
        scans = [
            operator
            for operator in _plan(connection, "select * from marts.general_ledger")
            if operator["type"] == "TABLE_SCAN" and operator["intermediate_rows"] >= lines
        ]
    assert [scan["extra_info"]["Table"].rpartition(".")[2] for scan in scans] == ["stg_transactionlines"]


def _too_wide(many: Many, queries: dict[str, str]) -> dict[str, tuple[int, int]]:
    """Queries of which some operator hands on many times the rows that are read: rows handed on, rows read."""
    with duckdb.connect(many.warehouse.file, read_only=True) as connection:
        counts = {name: _rows(connection, sql) for name, sql in queries.items()}
    return {name: (most, read) for name, (most, read) in counts.items() if most > MULTIPLE * max(read, 1)}


def _rows(connection: duckdb.DuckDBPyConnection, sql: str) -> tuple[int, int]:
    """The most rows that one operator hands on, and the rows of all tables and constants that are read."""
    operators = _plan(connection, sql)
    most = max(operator["intermediate_rows"] for operator in operators)
    return most, sum(operator["intermediate_rows"] for operator in operators if "children" not in operator)


def _plan(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    ((_, plan),) = connection.execute(f"explain (analyze, format json) {sql}").fetchall()
    return list(_operators(json.loads(plan)["operator"]))


def _operators(plans: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for plan in plans:
        yield plan
        yield from _operators(plan.get("children", []))
