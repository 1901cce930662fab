"""Publishing the warehouse: at every moment there is a file, it opens, and it is one whole build."""

from __future__ import annotations

import errno
import stat
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.core.errors import CorruptFile, Locked, NoSpace, NotLanded
from finago_assets.core.landing.publish import publish_database
from tests.core.landing.faulty import FaultyFiles
from tests.core.landing.samples import temporaries

if TYPE_CHECKING:
    from pathlib import Path

CRASHED_WRITER = """
import os, sys, duckdb
connection = duckdb.connect(sys.argv[1])
connection.execute("create table stray as select 1 as n")
os._exit(9)
"""
OPEN_WRITER = """
import sys, duckdb
connection = duckdb.connect(sys.argv[1])
print("open", flush=True)
sys.stdin.read()
"""


def _build(path: Path, value: int) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(f"create or replace table build as select {value} as value from range(10000)")


def _value(path: Path) -> int:
    with closing(duckdb.connect(path, read_only=True)) as connection:
        ((value, rows),) = connection.execute("select value, count(*) from build group by all").fetchall()
    assert rows == 10_000
    return int(value)


@pytest.fixture
def working(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "warehouse.duckdb"
    path.parent.mkdir()
    _build(path, 1)
    return path


@pytest.fixture
def published(tmp_path: Path, working: Path) -> Path:
    path = tmp_path / "finago.duckdb"
    publish_database(working, path)
    _build(working, 2)
    return path


def test_the_published_file_is_the_build_and_nobody_elses_to_read(working: Path, published: Path) -> None:
    assert _value(published) == 1
    publish_database(working, published)
    assert _value(published) == 2
    assert stat.S_IMODE(published.stat().st_mode) == 0o600
    assert temporaries(published.parent) == []


def test_a_reader_with_the_old_file_open_keeps_reading_the_old_one(working: Path, published: Path) -> None:
    with duckdb.connect(published, read_only=True) as reader:
        publish_database(working, published)
        assert reader.execute("select max(value) from build").fetchall() == [(1,)]
    assert _value(published) == 2


def test_the_log_of_a_writer_that_crashed_locks_nobody_out(working: Path, published: Path) -> None:
    subprocess.run([sys.executable, "-c", CRASHED_WRITER, str(published)], check=False)
    log = published.with_name("finago.duckdb.wal")
    assert log.exists()
    # what happens without us: the new file beside the old log is one that nobody can open
    beside = published.with_name("beside.duckdb")
    beside.write_bytes(working.read_bytes())
    beside.with_name("beside.duckdb.wal").write_bytes(log.read_bytes())
    with pytest.raises(duckdb.Error, match="WAL"):
        _value(beside)
    publish_database(working, published)
    assert _value(published) == 2
    assert not log.exists()


def test_at_every_moment_of_publishing_the_file_opens_although_a_log_was_left(working: Path, published: Path) -> None:
    seen: list[tuple[str, int]] = []
    subprocess.run([sys.executable, "-c", CRASHED_WRITER, str(published)], check=False)
    publish_database(working, published, checkpoint=lambda moment: seen.append((moment, _value(published))))
    assert seen == [
        ("before copy", 1),
        ("before fsync", 1),
        ("before rename", 1),
        ("before rename, stale log removed", 1),
        ("after rename", 2),
    ]


def test_a_full_disk_at_every_single_call_leaves_the_old_file_or_the_new_one(working: Path, published: Path) -> None:
    calls = []
    for at in range(100):
        files = FaultyFiles(at)
        try:
            publish_database(working, published, files=files)
        except NoSpace:
            assert _value(published) == (2 if "rename" in calls else 1)
        if files.failed is None:
            break
        calls.append(files.failed)
        assert temporaries(published.parent) == []
    assert {"create", "write", "fsync", "rename"} <= set(calls)
    assert _value(published) == 2


def test_a_missing_build_is_named(tmp_path: Path) -> None:
    with pytest.raises(NotLanded, match="dbt build"):
        publish_database(tmp_path / "work.duckdb", tmp_path / "finago.duckdb")


def test_a_build_that_somebody_still_writes_is_not_published(working: Path, published: Path) -> None:
    command = [sys.executable, "-c", OPEN_WRITER, str(working)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        with pytest.raises(Locked):
            publish_database(working, published)
        writer.communicate("\n")
    assert _value(published) == 1


def test_what_a_killed_build_left_in_its_log_is_published_too(working: Path, published: Path) -> None:
    subprocess.run([sys.executable, "-c", CRASHED_WRITER, str(working)], check=False)
    assert working.with_name("warehouse.duckdb.wal").exists()
    publish_database(working, published)
    with duckdb.connect(published, read_only=True) as reader:
        assert reader.execute("from stray").fetchall() == [(1,)]


def test_a_file_that_is_no_database_is_not_published(working: Path, published: Path) -> None:
    working.write_bytes(b"no database" * 2000)
    with pytest.raises(CorruptFile):
        publish_database(working, published)
    assert _value(published) == 1


def test_another_disk_is_a_typed_error(working: Path, published: Path) -> None:
    with pytest.raises(NoSpace):
        publish_database(working, published, files=FaultyFiles(0, errno.EDQUOT))
    assert _value(published) == 1
