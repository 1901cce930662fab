"""A landed file that was damaged, or swapped, says so and says what to do; it never passes for an answer."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from finago_assets.core.errors import CorruptFile
from finago_assets.core.landing.duckdb import DuckdbStore
from finago_assets.core.landing.parquet import ParquetStore
from tests.core.landing.samples import FIRST, LINES, ORGANIZATION, SECOND, THREE_DAYS, land, partition, payloads

if TYPE_CHECKING:
    from collections.abc import Callable

RECORDS = [b'{"id":%d}' % n for n in range(500)]
NEXT_STEP = "land the partition again"


@pytest.fixture
def landed(tmp_path: Path) -> Path:
    (first, *_) = land(ParquetStore(tmp_path, "finago"), THREE_DAYS, {FIRST: RECORDS, SECOND: RECORDS[::-1]})
    return Path(first.location)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def _empty(path: Path) -> None:
    path.write_bytes(b"")


def _foreign(path: Path) -> None:
    pq.write_table(pa.table({"ordinal": [1], "page": [1], "payload": ["x"]}), path)


def _gibberish(path: Path) -> None:
    path.write_bytes(b"PAR1" + b"x" * 1000 + b"PAR1")


@pytest.mark.parametrize("damage", [_cut, _empty, _foreign, _gibberish])
def test_a_file_without_a_readable_manifest_is_named(
    landed: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    damage(landed)
    store = ParquetStore(tmp_path, "finago")
    for read in (store.manifest, store.verify):
        with pytest.raises(CorruptFile, match=NEXT_STEP) as caught:
            read(partition(FIRST))
        assert str(landed) in str(caught.value)
    assert list(store.landed(LINES.name, ORGANIZATION)) == list(THREE_DAYS.days[1:])
    land(store, THREE_DAYS, {FIRST: RECORDS})
    assert payloads(store, FIRST) == RECORDS


def test_every_flipped_byte_of_the_data_is_noticed(landed: Path, tmp_path: Path) -> None:
    store, whole = ParquetStore(tmp_path, "finago"), landed.read_bytes()
    end = len(whole) - 8 - int.from_bytes(whole[-8:-4], "little")
    noticed = 0
    for position in range(4, end, max(1, end // 60)):
        landed.write_bytes(whole[:position] + bytes([whole[position] ^ 0x10]) + whole[position + 1 :])
        try:
            store.verify(partition(FIRST))
        except CorruptFile:
            noticed += 1
        else:
            # a header's spare bits: then what is read must be what was landed
            assert payloads(store, FIRST) == RECORDS
            noticed += 1
    assert noticed >= 60


def test_another_partitions_file_in_its_place_is_noticed(landed: Path, tmp_path: Path) -> None:
    shutil.copy(str(landed).replace("01-01", "01-02"), landed)
    with pytest.raises(CorruptFile, match="2024-01-02"):
        ParquetStore(tmp_path, "finago").verify(partition(FIRST))


def test_rows_that_disagree_with_the_manifest_are_noticed_in_a_file(landed: Path, tmp_path: Path) -> None:
    table = pq.read_table(landed, partitioning=None)
    pq.write_table(table.slice(0, 499).replace_schema_metadata(pq.read_metadata(landed).metadata), landed)
    with pytest.raises(CorruptFile, match="499 rows"):
        ParquetStore(tmp_path, "finago").verify(partition(FIRST))


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("delete from finago.transactionlines where ordinal = 499", "499 rows"),
        ("delete from finago.transactionlines where ordinal = 7", "without gaps"),
        ("update finago.transactionlines set payload = '{}' where ordinal = 7", "digest"),
        ("update finago.manifests set rows = 'many'", "cannot be read"),
        ("update finago.manifests set distinct_ids = '501'", "501 keys"),
    ],
)
def test_rows_that_disagree_with_the_manifest_are_noticed_in_a_table(tmp_path: Path, sql: str, said: str) -> None:
    store = DuckdbStore(tmp_path, "finago")
    land(store, THREE_DAYS, {FIRST: RECORDS})
    with duckdb.connect(tmp_path / "raw.duckdb") as connection:
        connection.execute(sql)
    with pytest.raises(CorruptFile, match=said):
        store.verify(partition(FIRST))


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "raw.duckdb").write_bytes(b"no database" * 2000)
    store = DuckdbStore(tmp_path, "finago")
    with pytest.raises(CorruptFile, match="Move it away"):
        store.manifest(partition(FIRST))
    with pytest.raises(CorruptFile, match="Move it away"):
        land(store, THREE_DAYS, {})
