"""Whatever a model vouches for, a row that breaks it is found under its column's name, and blocks or warns."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from tests.dbt.declared_rows import Table, declared_tables, insert, relation_of, some, sound_row, wrong
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from pathlib import Path

    from tests.dbt.conftest import Staged
    from tests.dbt.warehouse import Warehouse

ORGANIZATION = "damaged"
Row = dict[str, Any]
# organization, finding, how many rows, some of them, whether it blocks
Finding = tuple[str | None, str, int, str | None, bool]
# what was broken, what is found, and what should be
Judged = Iterator[tuple[str, set[Finding], set[Finding]]]


class Damaged:
    """The built tables, to be damaged one row at a time; everything is rolled back."""

    def __init__(self, warehouse: duckdb.DuckDBPyConnection, manifest: Mapping[str, Any], compiled: Path) -> None:
        self.warehouse = warehouse
        self.manifest = manifest
        self.tables = list(declared_tables(manifest))
        self.sql = {path.stem: path.read_text() for path in compiled.rglob("*_are_sound.sql")}
        self.before = {table.test: self.found(table) for table in self.tables}

    def found(self, table: Table) -> set[Finding]:
        """What the test that looks at the table finds."""
        result = self.warehouse.execute(
            f"select organization_id, finding, records, such_as, blocks, what_to_do from ({self.sql[table.test]})"
        ).fetchall()
        assert all(row[5].endswith(".") for row in result)
        return {row[:5] for row in result}

    def new(self, table: Table, *rows: Row, lists: Mapping[str, Row] = MappingProxyType({})) -> set[Finding]:
        """What it finds beyond what there was, once the rows are in it and `lists` in other tables."""
        self.warehouse.execute("begin")
        try:
            for relation, row in lists.items():
                insert(self.warehouse, relation, row)
            for row in rows:
                insert(self.warehouse, table.relation, row)
            found = self.found(table)
        finally:
            self.warehouse.execute("rollback")
        assert self.before[table.test] <= found
        return found - self.before[table.test]

    def sound(self, table: Table) -> Row:
        row = sound_row(self.warehouse, table, ORGANIZATION)
        # a list that is one for all has landed always
        for column, place in table["known"].items():
            if (relation := relation_of(self.manifest, place.partition(".")[0])).startswith("seeds."):
                (row[column],) = self.warehouse.execute(f"select min({column}) from {relation}").fetchall()[0]
        return row

    def some(self, table: Table, column: str) -> Any:
        return some(self.warehouse, table, column)

    def wrong(self, table: Table, column: str) -> Any:
        return wrong(self.warehouse, table, column)


@pytest.fixture(scope="module")
def damaged(small: Warehouse, manifest: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Damaged]:
    file = tmp_path_factory.mktemp("damaged") / small.file.name
    shutil.copy(small.file, file)
    with duckdb.connect(file) as connection:
        _make_tables_of_views(connection)
        yield Damaged(connection, manifest, small.artifacts / "parquet" / "compiled")


def _make_tables_of_views(connection: duckdb.DuckDBPyConnection) -> None:
    views = connection.execute("select schema_name, view_name from duckdb_views() where not internal").fetchall()
    for schema, name in views:
        connection.execute(f"create table {schema}.kept as from {schema}.{name}")
        connection.execute(f"drop view {schema}.{name}")
        connection.execute(f"alter table {schema}.kept rename to {name}")


def _each(damaged: Damaged, judge: Callable[[Table], Judged]) -> int:
    """Judge every condition of every table by what it finds beside what it should find; return how many those were."""
    judged = [(table.relation, *one) for table in damaged.tables for one in judge(table)]
    assert [one for one in judged if one[2] != one[3]] == []
    return len(judged)


def _organization(row: Row) -> str | None:
    return row.get("organization_id")


def _named(row: Row, columns: list[str]) -> str | None:
    parts = columns if len(columns) == 1 else [name for name in columns if name != "organization_id"]
    return " / ".join("(empty)" if row[name] is None else str(row[name]) for name in parts) or None


def _shown(table: Table, row: Row) -> str | None:
    return _named(row, table["shown"] or table["key"])


def test_a_row_of_which_everything_holds_is_not_found(damaged: Damaged) -> None:
    def judge(table: Table) -> Judged:
        yield "all", damaged.new(table, damaged.sound(table)), set()

    assert _each(damaged, judge) > 60
    judged = {table.relation for table in damaged.tables}
    models = (node for node in damaged.manifest["nodes"].values() if node["resource_type"] == "model")
    wanted = {f"{node['schema']}.{node['name']}" for node in models if node["schema"] in ("staging", "marts")}
    assert wanted - judged == {"marts.general_ledger"}  # its rows are judged by tests of their own


def test_a_key_that_comes_twice_is_found(damaged: Damaged) -> None:
    def judge(table: Table) -> Judged:
        if key := table["key"]:
            row = damaged.sound(table)
            finding = f"{table.begin}several rows have the same {', '.join(key)}"
            blocks = "key" not in table["warns"]
            yield "key", damaged.new(table, row, row), {(_organization(row), finding, 2, _named(row, key), blocks)}
            for column in key:
                other = row | {column: None}
                yield f"key without {column}", _keys(damaged.new(table, row, other)), set()

    assert _each(damaged, judge) > 87


def _keys(found: set[Finding]) -> set[Finding]:
    return {one for one in found if "several rows" in one[1]}


@pytest.mark.parametrize(("declared", "blocks", "at_least"), [("never_null", True, 61), ("present", False, 61)])
def test_a_column_that_is_empty_is_found(damaged: Damaged, declared: str, *, blocks: bool, at_least: int) -> None:
    def judge(table: Table) -> Judged:
        for column in table[declared]:
            row = damaged.sound(table) | {column: None}
            finding = f"{table.begin}{column} is empty"
            yield column, damaged.new(table, row), {(_organization(row), finding, 1, _shown(table, row), blocks)}

    assert _each(damaged, judge) >= at_least


def test_a_value_that_is_none_of_those_declared_is_found(damaged: Damaged) -> None:
    def judge(table: Table) -> Judged:
        for column, allowed in table["values"].items():
            row = damaged.sound(table) | {column: damaged.wrong(table, column)}
            finding = f"{table.begin}{column} is none of {', '.join(map(str, allowed))}"
            blocks = column not in table["warns"]
            yield column, damaged.new(table, row), {(_organization(row), finding, 1, str(row[column]), blocks)}
            yield f"{column} empty", _none_of(damaged.new(table, row | {column: None})), set()

    assert _each(damaged, judge) >= 20


def _none_of(found: set[Finding]) -> set[Finding]:
    return {one for one in found if "is none of" in one[1]}


def test_a_value_that_names_no_row_is_found_where_the_list_has_landed(damaged: Damaged) -> None:
    def judge(table: Table) -> Judged:
        for column, place in table["known"].items():
            name = place.partition(".")[0]
            listed = next(one for one in damaged.tables if one.relation == relation_of(damaged.manifest, name))
            lists = {listed.relation: damaged.sound(listed)}
            row = damaged.sound(table) | {column: damaged.wrong(table, column)}
            finding = f"{table.begin}{column} names no row of {name}"
            found: set[Finding] = {(_organization(row), finding, 1, str(row[column]), False)}
            yield column, damaged.new(table, row, lists=lists), found
            is_seed = listed.relation.startswith("seeds.")
            yield f"{column} without a list", damaged.new(table, row), found if is_seed else set()

    assert _each(damaged, judge) >= 58


def test_what_a_record_lost_blocks_and_what_is_odd_about_it_warns(damaged: Damaged) -> None:
    def judge(table: Table) -> Judged:
        if table["landed"]:
            row = damaged.sound(table)
            organization, name = _organization(row), _shown(table, row)
            lost = {(organization, f"{path} cannot be read exactly", 1, name, True) for path in ("record", "a.b")}
            yield "lost", damaged.new(table, row | {"_lost": "record, a.b"}), lost
            odd = {"damaged text", "came more than once", "came more than once and not alike", "c.d cannot be read"}
            unread = "damaged text, came more than once, came more than once and not alike, c.d"
            warned = {(organization, finding, 1, name, False) for finding in odd}
            yield "unread", damaged.new(table, row | {"_unread": unread}), warned

    assert _each(damaged, judge) == 2 * 29


def test_a_condition_is_not_asked_of_rows_that_it_is_not_declared_of(damaged: Damaged) -> None:
    def judge(table: Table) -> Judged:
        if "key" in table["only_where"]:
            column = table["only_where"]["key"].split()[0]
            row = damaged.sound(table)
            other = row | {column: damaged.some(table, column) if row[column] is None else None}
            yield "key", _keys(damaged.new(table, other, other)), set()
        if "_lost" in table["only_where"]:
            column = table["only_where"]["_lost"].split()[0]
            yield "_lost", damaged.new(table, damaged.sound(table) | {"_lost": "amount", column: "odd"}), set()
        for column in table["only_where"].keys() - {"key", "_lost"}:
            other_column = table["only_where"][column].split()[0]
            row = damaged.sound(table) | {column: None, other_column: "another"}
            yield column, damaged.new(table, row), set()

    assert _each(damaged, judge) == 4


def test_however_many_rows_are_at_fault_each_organization_has_one_finding_that_names_five(damaged: Damaged) -> None:
    table = next(one for one in damaged.tables if one.relation == "staging.stg_taxes")
    row = damaged.sound(table) | {"tax_number": None}
    several = [row | {"tax_id": f"{number:02}"} for number in range(12)]
    other = row | {"organization_id": "other"}
    found = damaged.new(table, *several, other)
    assert found == {
        (ORGANIZATION, "tax_number is empty", 12, "00, 01, 02, 03, 04", False),
        ("other", "tax_number is empty", 1, "x", False),
    }


def test_a_test_with_what_only_warns_warns_and_with_one_row_that_blocks_it_fails(copied: Warehouse) -> None:
    copied.change("update staging.stg_taxes set tax_number = null")
    twice = "select * replace (null as account_number) from staging.stg_accounts"
    copied.change(f"insert into staging.stg_accounts {twice}")
    names = ("stg_taxes", "stg_accounts", "stg_customers")
    found = copied.dbt("test", "--select", *(f"{name}_rows_are_sound" for name in names))
    statuses = {node.split(".")[2].removesuffix("_rows_are_sound"): status for node, status in found.items()}
    assert statuses == {"stg_taxes": "warn", "stg_accounts": "fail", "stg_customers": "pass"}
    assert set(copied.rows("select blocks from audit.stg_accounts_rows_are_sound")) == {(True,), (False,)}


def test_books_without_a_fault_have_no_finding(staged: Staged) -> None:
    judged = {node.split(".")[2]: status for node, status in staged.statuses.items() if "_are_sound" in node}
    assert len(judged) > 55
    assert set(judged.values()) == {"pass"}


def test_of_the_small_books_what_is_wrong_with_them_is_found_and_no_more(
    damaged: Damaged, statuses: dict[str, str]
) -> None:
    found = {(table.test, finding) for table in damaged.tables for _, finding, *_ in damaged.before[table.test]}
    assert found == {
        ("stg_transactionlines_rows_are_sound", "account_number names no row of stg_accounts"),
        ("trial_balance_rows_are_sound", "debit is empty"),
        ("trial_balance_rows_are_sound", "credit is empty"),
        ("trial_balance_rows_are_sound", "change is empty"),
    }
    warned = {node.split(".")[2] for node in troubles(statuses) if "_are_sound" in node}
    assert warned == {test for test, _ in found}
