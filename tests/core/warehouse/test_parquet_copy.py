"""The published tables as parquet: whole sets, one after the other, whatever happens in between."""

from __future__ import annotations

import stat
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow.parquet as pq
import pytest

from finago_assets.core.errors import CorruptFile, FinagoError, NotWritable
from finago_assets.core.warehouse.parquet_copy import ParquetFolder
from finago_assets.core.warehouse.public_file import PublishedSet

if TYPE_CHECKING:
    from pathlib import Path

TABLES = {"marts/ledger": 2, "own/mine": 1}


def _publish(path: Path, amount: str) -> Path:
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(path)) as connection:
        connection.execute(
            "create schema marts; create schema own; create table marts.ledger as "
            f"select {amount}::decimal(18, 2) as amount, date '2024-02-29' as day, null::varchar as text "
            "union all select 0.10, null, ''"
        )
        connection.execute("comment on table marts.ledger is 'One row for each line'")
        connection.execute("create table own.mine as select 12345678901234567890123456789012345678::hugeint as n")
    return path


def _wanted(run: str) -> PublishedSet:
    return PublishedSet(run, f"2024-03-0{len(run)}T04:15:00+00:00", f"stamp of {run}", TABLES)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return _publish(tmp_path / "finago.duckdb", "12345.67")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "copies"


def _amounts(folder: Path) -> list[Any]:
    return sorted(pq.read_table(folder / "current" / "marts" / "ledger.parquet").column("amount").to_pylist())


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.name != ".lock")


def test_each_table_is_a_file_with_exact_types_and_its_description(published: Path, folder: Path) -> None:
    ParquetFolder(folder, "300MB").replace(published, _wanted("a"))
    table = pq.read_table(folder / "current" / "marts" / "ledger.parquet")
    assert [str(kind) for kind in table.schema.types] == ["decimal128(18, 2)", "date32[day]", "string"]
    assert sorted(table.column("text").to_pylist(), key=str) == ["", None]
    assert _amounts(folder) == [Decimal("0.10"), Decimal("12345.67")]
    described = pq.read_metadata(folder / "current" / "marts" / "ledger.parquet").metadata
    assert described[b"description"] == b"One row for each line"
    wide = pq.read_table(folder / "current" / "own" / "mine.parquet").column("n").to_pylist()
    assert wide == [Decimal(12345678901234567890123456789012345678)]


def test_a_new_set_takes_the_place_of_the_last_which_stays_for_whoever_has_it_open(
    published: Path, folder: Path
) -> None:
    copies = ParquetFolder(folder, "300MB")
    seen = []
    for run, amount in (("a", "1.00"), ("ab", "2.00"), ("abc", "3.00")):
        copies.replace(_publish(published, amount), _wanted(run))
        seen.append((folder / "current").readlink().name)
    assert _amounts(folder) == [Decimal("0.10"), Decimal("3.00")]
    assert _names(folder) == sorted(["current", *seen[1:]])


def test_a_set_that_is_there_already_is_left_and_one_that_lacks_a_file_is_written_again(
    published: Path, folder: Path
) -> None:
    copies = ParquetFolder(folder, "300MB")
    copies.replace(published, _wanted("a"))
    first = (folder / "current").readlink()
    copies.replace(published, _wanted("a"))
    assert (folder / "current").readlink() == first
    (folder / "current" / "own" / "mine.parquet").unlink()
    copies.replace(published, _wanted("a"))
    assert (folder / "current").readlink() != first
    assert (folder / "current" / "own" / "mine.parquet").is_file()


def test_a_copy_that_fails_leaves_the_last_one_and_nothing_half(published: Path, folder: Path) -> None:
    copies = ParquetFolder(folder, "300MB")
    copies.replace(published, _wanted("a"))
    before = _names(folder)
    with pytest.raises(FinagoError):
        copies.replace(published, PublishedSet("b", "2024-03-02T04:15:00+00:00", "b", {**TABLES, "marts/not_there": 1}))
    broken = published.with_name("broken.duckdb")
    broken.write_bytes(b"no database" * 2000)
    with pytest.raises(CorruptFile):
        copies.replace(broken, _wanted("ab"))
    assert _names(folder) == before
    assert _amounts(folder) == [Decimal("0.10"), Decimal("12345.67")]


def test_what_a_killed_process_left_is_removed_and_what_is_not_ours_stays(published: Path, folder: Path) -> None:
    for name in (".set-20240301T0415-dead.tmp/marts", "set-of-mine"):
        (folder / name).mkdir(parents=True)
    (folder / ".set-20240301T0415-dead.link.tmp").symlink_to("set-20240301T0415-dead")
    ParquetFolder(folder, "300MB").replace(published, _wanted("a"))
    assert _names(folder) == sorted(["current", (folder / "current").readlink().name, "set-of-mine"])


def test_a_folder_called_current_that_is_no_link_is_left_alone(published: Path, folder: Path) -> None:
    (folder / "current").mkdir(parents=True)
    with pytest.raises(NotWritable, match="no link of ours"):
        ParquetFolder(folder, "300MB").replace(published, _wanted("a"))
    assert _names(folder) == ["current"]


def test_who_may_read_the_folder_may_read_the_files(published: Path, folder: Path) -> None:
    folder.mkdir()
    folder.chmod(0o750)
    ParquetFolder(folder, "300MB").replace(published, _wanted("a"))
    found = {path.is_dir(): stat.S_IMODE(path.stat().st_mode) for path in (folder / "current").rglob("*")}
    assert found == {True: 0o750, False: 0o640}
    private = folder / "private"
    ParquetFolder(private, "300MB").replace(published, _wanted("a"))
    assert stat.S_IMODE((private / "current" / "manifest.json").stat().st_mode) == 0o600
