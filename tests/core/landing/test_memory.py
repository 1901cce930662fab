"""Landing takes the same memory however much a window holds."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

from finago_assets.core.landing.parquet import ParquetStore
from tests.core.landing.landers import heard, spawned
from tests.core.landing.samples import JANUARY, LINES, ORGANIZATION, facts
from tests.peak import peak_kib

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path


def test_four_times_the_records_take_no_more_memory(tmp_path: Path) -> None:
    growth = {rows: _growth(tmp_path / f"{rows}", rows) for rows in (100_000, 400_000)}
    print("landing memory over base, MiB:", growth)
    assert growth[400_000] < growth[100_000] + 16
    assert growth[400_000] < 100


def _growth(data_dir: Path, rows: int) -> int:
    process, said = spawned(_land, data_dir, rows)
    (growth,) = heard(said)
    process.join()
    return int(growth)


def _land(data_dir: Path, rows: int, to: Connection) -> None:
    source, days = random.Random(1), JANUARY.days
    records = [b'{"id":"%032x","f":"%b"}' % (source.getrandbits(128), b"x" * 550) for _ in range(1000)]
    before = peak_kib()
    with ParquetStore(data_dir, "finago").spool(LINES, ORGANIZATION, days) as spool:
        for start in range(0, rows, 1000):
            page = [bytes(memoryview(record)) for record in records]  # of its own, as from a response
            drawn = [days[(start + n) * len(days) // rows] for n in range(1000)]
            spool.add(start, page, drawn, [f"{start + n}" for n in range(1000)])
        landed = list(spool.publish(facts(JANUARY)))
    assert sum(fact.manifest.distinct_ids for fact in landed) == rows
    to.send((peak_kib() - before) // 1024)
