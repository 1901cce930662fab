"""Only what changed is typed again, and the result is what a full rebuild gives."""

from __future__ import annotations

import json
import os
import re
import shutil
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from finago_assets.sandbox.books.plan import Modes, Size
from finago_assets.sandbox.options import ORGANIZATION_ID
from tests.dbt.marks import MARKED, made_again, mark
from tests.dbt.office import land_office
from tests.dbt.small_books import LINES, ORDERS, line
from tests.dbt.warehouse import MODELS, troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.dbt.conftest import Staged
    from tests.dbt.raw_layout import RawFolder
    from tests.dbt.warehouse import Warehouse

SCHEMAS = ("staging", "intermediate", "marts")


def _change_raw(warehouse: Warehouse) -> None:
    raw = warehouse.raw
    edited = [text.replace("1250.00", "1300.00") for text in LINES["2024-01-10"]]
    raw.land("transactionlines", "2024-01-10", edited)
    raw.land("transactionlines", "2024-02-05", [])
    raw.land("transactionlines", "2024-03-05", [line("n1", 9, (1920, "3.33"), "2024-03-05")])
    raw.file("transactionlines", "2024-03-10").unlink()
    raw.of("org-2").land("transactionlines", "2024-05-01", [line("e1", 10, (1920, "1"), "2024-05-01")])
    raw.land("salesorders", "2024-01-10", ORDERS["2024-01-10"][1:])
    raw.land("salesorders", "2024-02-05", [], outcome="placeholder")
    raw.file("banktransactions", "2024-02-05").unlink()
    raw.land("currencies", "2024-04-30", ['{"code":"EUR","rate":11.45}'])
    raw.land("currencies", "2024-05-02", [])
    raw.land("accounts", "2024-05-02", ['{"id":1,"number":1500,"name":"Renamed"}'])


@pytest.mark.slow
def test_a_table_is_the_same_however_many_threads_made_it(staged: Staged) -> None:
    """A list in another order is another digest: days of which nothing changed would be made again at random."""
    statuses = staged.warehouse.dbt("compile", "--select", "path:models/intermediate", "path:models/marts")
    results = json.loads((staged.warehouse.artifacts / "parquet" / "run_results.json").read_text())["results"]
    made = {node["unique_id"]: node["compiled_code"] for node in results if "getvariable" not in node["compiled_code"]}
    made = {node: sql for node, sql in made.items() if "parquet_kv_metadata" not in sql}
    assert "model.finago.int_tax_codes" in made
    assert len(made) > len(statuses) / 2
    with duckdb.connect(os.fspath(staged.warehouse.file), read_only=True) as connection:
        connection.execute("set preserve_insertion_order = false")
        seen = {node: [_content(connection, sql, threads) for threads in (1, 2, 3, 4)] for node, sql in made.items()}
    assert [node for node, contents in seen.items() if len(set(contents)) > 1] == []


def _content(connection: duckdb.DuckDBPyConnection, sql: str, threads: int) -> tuple[int, int]:
    connection.execute(f"set threads = {threads}")
    ((rows, content),) = connection.execute(f"select count(*), sum(hash(t)::hugeint) from ({sql}) as t").fetchall()
    return rows, content


@pytest.mark.slow
def test_only_changed_partitions_are_typed_again_and_the_result_equals_a_full_rebuild(copied: Warehouse) -> None:
    _change_raw(copied)
    copied.change("update staging.stg_transactionlines set comment = 'typed before' where comment is null")
    assert troubles(copied.dbt(*MODELS)) == {}
    again = (
        "select distinct partition_date from staging.stg_transactionlines where comment is null and partition_date < "
    )
    assert [f"{day}" for (day,) in copied.rows(f"{again} '2024-05-01' order by 1")] == ["2024-01-10", "2024-03-05"]
    copied.change("update staging.stg_transactionlines set comment = null where comment = 'typed before'")
    changed = copied.tables(*SCHEMAS)

    copied.file.unlink()
    assert troubles(copied.dbt(*MODELS)) == {}
    rebuilt = copied.tables(*SCHEMAS)
    assert changed.keys() == rebuilt.keys()
    assert [name for name in rebuilt if changed[name] != rebuilt[name]] == []
    assert copied.rows("select count(*) from staging.stg_currencies") == [(0,)]
    assert copied.rows("select sum(amount) from marts.general_ledger where account_number = 1500") == [(800,)]


@pytest.mark.slow
def test_a_table_that_does_not_say_what_it_was_made_of_is_made_anew(copied: Warehouse) -> None:
    lines = "select count(*) from intermediate.int_subledger_lines"
    before = copied.rows(lines)
    copied.change(
        "create or replace table intermediate.int_subledger_lines as "
        "select * exclude (partition_date, _digest) from intermediate.int_subledger_lines limit 1"
    )
    assert troubles(copied.dbt("run", "--select", "int_subledger_lines")) == {}
    assert copied.rows(lines) == before


@pytest.mark.slow
def test_a_changed_day_is_the_only_one_that_is_typed_and_summed_again(copied: Warehouse) -> None:
    copied.raw.land("transactionlines", "2024-01-10", [t.replace("1250.00", "1300.00") for t in LINES["2024-01-10"]])
    mark(copied)
    copied.change("update staging.stg_customers set name = 'typed before'")
    assert troubles(copied.dbt(*MODELS)) == {}
    assert {table: made_again(copied, table) for table in MARKED} == {table: ["2024-01-10"] for table in MARKED}
    assert copied.rows("select distinct name from staging.stg_customers") == [("typed before",)]


@pytest.mark.slow
def test_a_rate_that_an_invoice_makes_known_reaches_lines_of_days_that_did_not_change(copied: Warehouse) -> None:
    known = "select amount_currency from intermediate.int_subledger_lines where line_id = 'c1'"
    assert copied.rows(known) == [(None,)]
    euros = '"currency":{"code":"EUR","rate":11.4}'
    invoice = [line("e1", 20, (1500, "114.00"), "2024-03-05", euros), line("e2", 20, (3000, "-114.00"), "2024-03-05")]
    order = (
        f'{{"id":9,"status":"Invoice","date":"2024-03-05",{euros},"grossAmount":10.00,'
        '"invoice":{"number":1003,"transaction":{"id":"v20"}}}'
    )
    copied.raw.land("transactionlines", "2024-03-05", invoice)
    copied.raw.land("salesorders", "2024-03-05", [order])
    assert troubles(copied.dbt(*MODELS)) == {}
    assert copied.rows(known) == [(Decimal("-8.78"),)]


@pytest.mark.slow
def test_after_every_kind_of_change_each_table_is_what_a_full_rebuild_gives(
    empty_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse, rebuilt = empty_warehouse(), empty_warehouse()
    land_office(
        warehouse,
        size=Size.TINY,
        until=date(2024, 9, 30),
        scenarios=True,
        modes=Modes(foreign_amounts=True, per_hundred=("EUR",)),
    )
    raw = warehouse.raw.of(ORGANIZATION_ID)
    late = _without(raw, "2024-04-03")
    assert troubles(warehouse.dbt(*MODELS)) == {}
    assert warehouse.rows("select verdict from marts.currency_verdict") == [("foreign",)]
    seen = [warehouse.tables(*SCHEMAS)]

    _change(raw, *_days(warehouse, "2024-06-01"))
    seen.append(_built_both_ways(warehouse, rebuilt))

    late()
    raw.land("accountbalances", "2025-01-01", [])
    raw.land("customers", "2025-01-01", ['{"id":1,"name":"All that is left"}'])
    seen.append(_built_both_ways(warehouse, rebuilt))

    changing = (
        "general_ledger",
        "trial_balance",
        "open_items",
        "vat_by_period",
        "ledger_by_dimension",
        "party_balances",
    )
    for name in changing:
        first, changed, last = (tables[f"marts.{name}"] for tables in seen)
        assert len({str(first), str(changed), str(last)}) == 3, name


def _without(raw: RawFolder, day: str) -> Callable[[], object]:
    """Take a landed day away; return what brings it back."""
    file = raw.file("transactionlines", day)
    content = file.read_bytes()
    file.unlink()
    return lambda: file.write_bytes(content)


def _days(warehouse: Warehouse, since: str) -> list[str]:
    """Days with receivables, VAT, a foreign currency and a dimension on their lines, at least four of them."""
    found = warehouse.rows(
        "select partition_date from staging.stg_transactionlines "
        f"where partition_date >= '{since}' group by 1 having bool_or(account_number between 1500 and 1529) "
        "and bool_or(tax_id is not null) order by bool_or(currency_rate <> 1) desc, "
        "bool_or(len(dimensions) > 0) desc, 1"
    )
    return [f"{day}" for (day,) in found[:4]]


def _change(raw: RawFolder, edited: str, emptied: str, deleted: str, lost: str) -> None:
    edit = [re.sub(r'"amount": ?[1-9]', '"amount":7', text, count=1) for text in _payloads(raw, edited)]
    assert edit != _payloads(raw, edited)
    raw.land("transactionlines", edited, edit)
    raw.land("transactionlines", emptied, [])
    raw.file("transactionlines", deleted).unlink()
    raw.land("transactionlines", lost, _payloads(raw, lost)[:-1])


def _payloads(raw: RawFolder, day: str) -> list[str]:
    table = pq.read_table(raw.file("transactionlines", day), columns=["payload"], partitioning=None)
    return [f"{text}" for text in table.column("payload").to_pylist()]


def _built_both_ways(warehouse: Warehouse, rebuilt: Warehouse) -> dict[str, list[str]]:
    """Build over the old warehouse and from nothing; every table must be the same. Return them."""
    assert troubles(warehouse.dbt(*MODELS)) == {}
    shutil.rmtree(rebuilt.folder / "data", ignore_errors=True)
    shutil.copytree(warehouse.folder / "data" / "raw", rebuilt.folder / "data" / "raw")
    assert troubles(rebuilt.dbt(*MODELS)) == {}
    changed, full = warehouse.tables(*SCHEMAS), rebuilt.tables(*SCHEMAS)
    assert changed.keys() == full.keys()
    assert [name for name in full if changed[name] != full[name]] == []
    return changed
