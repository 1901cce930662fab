"""A disk that is full, forbidden or missing: a typed error that says what to do, and the old partition stands."""

from __future__ import annotations

import errno
import random
import resource
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import Environment, NoSpace, NotWritable
from tests.core.landing.faulty import FaultyFiles
from tests.core.landing.landers import heard, spawned
from tests.core.landing.samples import (
    FIRST,
    KINDS,
    LINES,
    ORGANIZATION,
    SECOND,
    THREE_DAYS,
    MakeStore,
    land,
    partition,
    payloads,
    temporaries,
)

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

OLD = [b'"old %d"' % n for n in range(500)]
NEW = [b'"new %d %b"' % (n, b"x" * 5000) for n in range(1_800)]  # more than a buffer: writes happen before publish too


def test_a_full_disk_at_every_single_call_leaves_each_partition_old_or_new(
    tmp_path: Path, make_store: MakeStore
) -> None:
    old = make_store(tmp_path)
    land(old, THREE_DAYS, {FIRST: OLD, SECOND: OLD})
    hit: list[str] = []
    for at in range(1000):
        files = FaultyFiles(at)
        with suppress(NoSpace):
            land(make_store(tmp_path, files=files), THREE_DAYS, {FIRST: NEW, SECOND: OLD})
        if files.failed is None:
            break
        hit.append(files.failed)
        assert payloads(old, FIRST) in (OLD, NEW)
        assert payloads(old, SECOND) == OLD
        assert temporaries(tmp_path) == []
    print(f"T1, full disk: {len(hit)} failing calls, 0 partitions lost")
    assert payloads(old, FIRST) == NEW
    assert len(hit) >= 6
    assert {"create", "write"} <= set(hit)


@pytest.mark.parametrize("kind", KINDS)
def test_a_real_write_beyond_the_limit_is_no_space(tmp_path: Path, kind: str) -> None:
    land(KINDS[kind](tmp_path), THREE_DAYS, {FIRST: OLD})
    # a process of its own, because the limit is the whole process's
    process, connection = spawned(_land_with_little_room, kind, tmp_path)
    (said,) = heard(connection)
    process.join()
    assert said.startswith("NoSpace: ")
    store = KINDS[kind](tmp_path)
    assert payloads(store, FIRST) == OLD
    assert store.verify(partition(FIRST)).rows == len(OLD)
    assert temporaries(tmp_path) == []
    land(store, THREE_DAYS, {FIRST: NEW})
    assert payloads(store, FIRST) == NEW


def _land_with_little_room(kind: str, data_dir: Path, there: Connection) -> None:
    size = max((path.stat().st_size for path in data_dir.rglob("*.duckdb")), default=0)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 150_000, size + 150_000))
    noise = [b'"%x"' % random.Random(n).getrandbits(2400) for n in range(2000)]
    try:
        land(KINDS[kind](data_dir), THREE_DAYS, {FIRST: noise})
        there.send("landed")
    except Environment as error:
        there.send(f"{type(error).__name__}: {error}")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (errno.EACCES, NotWritable),
        (errno.EROFS, NotWritable),
        (errno.EDQUOT, NoSpace),
        (errno.EXDEV, Environment),
        (errno.EIO, Environment),
    ],
)
@pytest.mark.parametrize("at", [0, 3])
def test_every_refusal_of_the_system_is_typed(tmp_path: Path, code: int, kind: type[Environment], at: int) -> None:
    with pytest.raises(Environment, match=f"{errno.errorcode[code]}.*still stands") as caught:
        land(KINDS["parquet"](tmp_path, files=FaultyFiles(at, code)), THREE_DAYS, {FIRST: OLD})
    assert type(caught.value) is kind
    assert caught.value.__suppress_context__
    assert temporaries(tmp_path) == []


def test_a_data_folder_that_is_a_file_is_not_writable(tmp_path: Path, make_store: MakeStore) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(NotWritable, match="FINAGO_DATA_DIR"):
        land(make_store(tmp_path / "data"), THREE_DAYS, {FIRST: OLD})
    assert (tmp_path / "data").read_text() == "in the way"


def test_a_full_disk_is_no_reason_to_put_half_a_placeholder(tmp_path: Path) -> None:
    make_store = KINDS["parquet"]
    for at in range(50):
        files = FaultyFiles(at)
        store = make_store(tmp_path / f"{at}", files=files)
        try:
            store.placeholder(LINES, ORGANIZATION, FIRST)
        except NoSpace:
            assert temporaries(tmp_path) == []
            assert make_store(tmp_path / f"{at}").manifest(partition(FIRST)) is None
        if files.failed is None:
            break
    assert 3 < at < 50
