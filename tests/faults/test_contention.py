"""T12: twelve processes at one moment, each with a partition of its own, all with the same one, all with one lock."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import duckdb
import pytest

from tests.core.landing.landers import CONTEXT, DAYS, build_in_company, content, heard, land_in_company, spawned
from tests.core.landing.samples import KINDS, LINES, ORGANIZATION, partition, payloads, temporaries

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TWELVE = 12


def _together(target: Callable[..., None], *args: object) -> list[list[object]]:
    """Run twelve processes; return what each of them said."""
    together = CONTEXT.Barrier(TWELVE)
    running = [spawned(target, *args, number, together) for number in range(TWELVE)]
    said = [list(heard(connection)) for _, connection in running]
    for process, _ in running:
        process.join()
    assert [process.exitcode for process, _ in running] == [0] * TWELVE
    return said


@pytest.mark.parametrize("kind", KINDS)
def test_twelve_processes_land_their_own_partition_and_then_all_the_same_one(tmp_path: Path, kind: str) -> None:
    said = _together(land_in_company, kind, tmp_path)
    store = KINDS[kind](tmp_path)
    landed = store.landed(LINES.name, ORGANIZATION)
    own = list(landed)[1:]
    assert said == [[day, DAYS[0]] for day in own]
    assert [payloads(store, day) for day in own] == [content(number, day) for number, day in enumerate(own)]
    shared = store.verify(partition(DAYS[0]))
    assert payloads(store, DAYS[0]) == content(int(shared.run), DAYS[0])  # the last one's whole answer
    assert temporaries(tmp_path) == []
    print(f"T12, {kind}: {len(own)}/12 landed their own, 12/12 the same partition, 0 lock errors")


def test_twelve_processes_want_the_warehouse_and_all_get_it(tmp_path: Path) -> None:
    said = _together(build_in_company, tmp_path)
    assert said == [[number] for number in range(TWELVE)]
    with closing(duckdb.connect(tmp_path / "warehouse.duckdb", read_only=True)) as warehouse:
        assert warehouse.execute("select count(distinct number), count(*) from builds").fetchall() == [(12, 12)]
    print("T12, warehouse: 12/12 built, 0 lock errors")
