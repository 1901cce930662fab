"""The places and columns that dbt and other people's queries rely on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import duckdb
import pyarrow.parquet as pq
import pytest

from finago_assets.core.landing.duckdb import DuckdbStore
from finago_assets.core.landing.model import Manifest, Missing
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.landing.store import Landing, open_store
from tests.core.landing.samples import FIRST, LINES, ORDER_LINES, ORGANIZATION, SECOND, THREE_DAYS, facts, land

if TYPE_CHECKING:
    from pathlib import Path

RAW = [("ordinal", "BIGINT"), ("page", "INTEGER"), ("payload", "VARCHAR")]


def test_a_raw_file_lies_where_the_contract_says_with_the_columns_it_says(tmp_path: Path) -> None:
    (landed, *_) = land(ParquetStore(tmp_path, "finago"), THREE_DAYS, {FIRST: [b'{"n":1.10}', b"{}"], SECOND: [b"[]"]})
    path = tmp_path / "raw/finago/transactionlines/organization=4711/date=2024-01-01/data.parquet"
    assert landed.location == str(path)
    described = duckdb.execute("describe from read_parquet(?, hive_partitioning = false)", [str(path)]).fetchall()
    assert [row[:2] for row in described] == RAW
    assert duckdb.execute("from read_parquet(?, hive_partitioning = false)", [str(path)]).fetchall() == [
        (0, 1, '{"n":1.10}'),
        (1, 1, "{}"),
    ]
    glob = str(tmp_path / "raw/finago/transactionlines/*/*/data.parquet")
    sql = """
        select organization, date, count(*) from read_parquet(?, hive_types = {'organization': varchar, 'date': date})
        group by all order by date
    """
    assert duckdb.execute(sql, [glob]).fetchall() == [(ORGANIZATION, FIRST, 2), (ORGANIZATION, SECOND, 1)]


def test_the_manifest_is_the_key_value_metadata_of_the_file(tmp_path: Path) -> None:
    (landed, *_) = land(ParquetStore(tmp_path, "finago"), THREE_DAYS, {FIRST: [b"{}"]})
    pairs = duckdb.execute("select key, value from parquet_kv_metadata(?)", [landed.location]).fetchall()
    assert {key.decode(): value.decode() for key, value in pairs} == landed.manifest.to_metadata()


def test_a_manifest_from_before_parents_could_be_missing_has_none(tmp_path: Path) -> None:
    (landed, *_) = land(ParquetStore(tmp_path, "finago"), THREE_DAYS, {FIRST: [b"{}"]})
    old = {name: value for name, value in landed.manifest.to_metadata().items() if name != "missing"}
    assert Manifest.from_metadata(old) == landed.manifest
    gap = Missing("5", "Forbidden", 403, None)
    named = replace(landed.manifest, missing=(gap, Missing("ø", "Malformed", None, "t-1")))
    assert Manifest.from_metadata(named.to_metadata()) == named
    for damaged in ('["5"]', '[["5"]]', '{"5":5}', "["):
        with pytest.raises(ValueError, match=r"a missing parent is|Expecting"):
            Manifest.from_metadata({**old, "missing": damaged})


def test_a_duckdb_file_from_before_parents_could_be_missing_is_read_and_landed_into(tmp_path: Path) -> None:
    store = DuckdbStore(tmp_path, "finago")
    (before, *_) = land(store, THREE_DAYS, {FIRST: [b"{}"]})
    with duckdb.connect(tmp_path / "raw.duckdb") as connection:
        connection.execute("alter table finago.manifests drop column missing")
    assert store.manifest(before.partition) == before.manifest
    with store.spool(ORDER_LINES, ORGANIZATION, [FIRST]) as spool:
        gap = Missing("5", "Forbidden", 403, "t-1")
        (landed,) = spool.publish(replace(facts(THREE_DAYS), missing=(gap,)))
    assert landed.manifest.missing == (gap,)
    assert store.manifest(landed.partition) == landed.manifest
    assert store.verify(before.partition) == before.manifest
    assert list(store.landed(LINES.name, ORGANIZATION)) == list(THREE_DAYS.days)


def test_a_child_has_its_parents_key_as_fourth_column(tmp_path: Path) -> None:
    with ParquetStore(tmp_path, "finago").spool(ORDER_LINES, ORGANIZATION, [FIRST]) as spool:
        (landed,) = spool.publish(facts(THREE_DAYS))
    described = duckdb.execute("describe from read_parquet(?, hive_partitioning = false)", [landed.location]).fetchall()
    assert [row[:2] for row in described] == [*RAW, ("salesorder_id", "VARCHAR")]


def test_row_groups_stay_small_and_payloads_carry_no_statistics(tmp_path: Path) -> None:
    (landed, *_) = land(ParquetStore(tmp_path, "finago"), THREE_DAYS, {FIRST: [b'"%040d"' % n for n in range(50_000)]})
    metadata = pq.ParquetFile(landed.location).metadata
    sizes = [metadata.row_group(n).num_rows for n in range(metadata.num_row_groups)]
    payload = metadata.row_group(0).column(2)
    assert sum(sizes) == 50_000
    assert max(sizes) <= 20_000
    assert (payload.compression, payload.statistics, payload.has_dictionary_page) == ("ZSTD", None, False)


def test_the_tables_of_the_duckdb_store_have_the_columns_the_contract_says(tmp_path: Path) -> None:
    store = DuckdbStore(tmp_path, "finago")
    land(store, THREE_DAYS, {FIRST: [b'{"n":1.10}']})
    store.placeholder(ORDER_LINES, ORGANIZATION, FIRST)
    with duckdb.connect(tmp_path / "raw.duckdb", read_only=True) as connection:
        partition = [("organization", "VARCHAR"), ("date", "DATE")]
        lines = connection.execute("describe finago.transactionlines").fetchall()
        assert [row[:2] for row in lines] == [*partition, *RAW]
        children = connection.execute("describe finago.salesorder_lines").fetchall()
        assert [row[:2] for row in children] == [*partition, *RAW, ("salesorder_id", "VARCHAR")]
        assert connection.execute("from finago.transactionlines").fetchall() == [
            (ORGANIZATION, FIRST, 0, 1, '{"n":1.10}')
        ]
        sql = "select endpoint, organization, date, rows, outcome from finago.manifests order by endpoint desc, date"
        assert connection.execute(sql).fetchall() == [
            (LINES.name, ORGANIZATION, FIRST, "1", "landed"),
            *((LINES.name, ORGANIZATION, day, "0", "landed") for day in THREE_DAYS.days[1:]),
            (ORDER_LINES.name, ORGANIZATION, FIRST, "0", "placeholder"),
        ]


def test_the_setting_chooses_the_store(tmp_path: Path) -> None:
    assert isinstance(open_store(tmp_path, Landing("parquet"), "finago"), ParquetStore)
    assert isinstance(open_store(tmp_path, Landing("duckdb"), "finago"), DuckdbStore)
