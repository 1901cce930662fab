"""T1: a process that lands is killed at every named moment and at random ones; nothing is lost, doubled or half there.

After each kill every day is one whole attempt, the one before or the new one, and the new one if it was reported.
"""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import NoSpace
from tests.core.landing.faulty import FaultyFiles
from tests.core.landing.landers import DAYS, NAMED, content, heard, land_attempt, land_until_killed, spawned
from tests.core.landing.samples import KINDS, files_below, partition, payloads, temporaries

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

MOMENTS = {
    "parquet": [(name, n % 4) for n, name in enumerate(NAMED)],
    "duckdb": [("before rename", 2), ("after rename", 1)],
}


@dataclass
class Case:
    """One data folder over a series of kills."""

    kind: str
    data_dir: Path
    attempt: int = 0
    kills: int = 0
    litter: int = 0

    def whole(self) -> None:
        """Land the present attempt without a kill, after a sweep as at every start."""
        store = KINDS[self.kind](self.data_dir)
        store.sweep()
        assert temporaries(self.data_dir) == []
        land_attempt(store, self.attempt, lambda _: None, lambda _: None)
        assert self.digests() == [self._uninterrupted(day) for day in DAYS]

    def digests(self) -> list[str]:
        store = KINDS[self.kind](self.data_dir)
        return [store.verify(partition(day)).digest for day in DAYS]

    def killed(self, *, die_at: tuple[str, int] | None = None, after: float | None = None) -> None:
        """Land the next attempt, die on the way, hold what is there against what was reported."""
        self.attempt += 1
        reported = self._reported(die_at, after)
        store = KINDS[self.kind](self.data_dir)
        for day in DAYS:
            found = payloads(store, day)
            old, new = (content(attempt, day) for attempt in (self.attempt - 1, self.attempt))
            assert found == new if day in reported else found in (old, new)
        self.litter += len(temporaries(self.data_dir))

    def _reported(self, die_at: tuple[str, int] | None, after: float | None) -> set[dt.date]:
        process, said = spawned(land_until_killed, self.kind, self.data_dir, self.attempt, die_at)
        assert said.recv() == "ready"
        if after is not None:
            process.join(after)
            process.kill()
        rest = list(heard(said))
        process.join()
        if "done" not in rest:
            self.kills += 1
            assert process.exitcode == -9
        assert die_at is None or "done" not in rest
        return {day for day in rest if day != "done"}

    def _uninterrupted(self, day: dt.date) -> str:
        other = KINDS["parquet"](self.data_dir.with_name("uninterrupted") / f"{self.attempt}")
        if other.manifest(partition(day)) is None:
            land_attempt(other, self.attempt, lambda _: None, lambda _: None)
        manifest = other.manifest(partition(day))
        assert manifest is not None
        return manifest.digest

    def tell(self) -> None:
        left = len(temporaries(self.data_dir))
        print(
            f"T1, {self.kind}: {self.kills} kills, 0 partitions lost, doubled, unreadable or stale; "
            f"{self.litter} temporary files left by the dead, {left} after the next start"
        )
        assert left == 0


@pytest.fixture(params=KINDS)
def case(request: pytest.FixtureRequest, tmp_path: Path) -> Case:
    case = Case(str(request.param), tmp_path / "data")
    case.whole()
    return case


def _random_kills(case: Case, count: int) -> None:
    source, wanted = random.Random(f"{case.kind} {count}"), case.kills + count
    started = time.perf_counter()
    land_attempt(KINDS[case.kind](case.data_dir), case.attempt, lambda _: None, lambda _: None)
    lasts = time.perf_counter() - started
    for _ in range(20 * count):
        if case.kills < wanted:
            case.killed(after=source.uniform(0, lasts))
            case.whole()
    assert case.kills == wanted  # the others had ended before


def test_a_kill_at_every_named_moment_and_at_random_ones_harms_no_partition(case: Case) -> None:
    for die_at in MOMENTS[case.kind]:
        case.killed(die_at=die_at)
        case.whole()
    _random_kills(case, 2 if case.kind == "parquet" else 1)
    assert case.litter > 0
    case.tell()


@pytest.mark.slow
def test_fifty_kills_at_random_moments_harm_no_partition(case: Case) -> None:
    _random_kills(case, 50)
    case.tell()


@pytest.mark.slow
def test_twenty_full_disks_at_random_calls_harm_no_partition(case: Case) -> None:
    source, failures = random.Random(20), 0
    counted = FaultyFiles(-1)
    land_attempt(KINDS[case.kind](case.data_dir, files=counted), 0, lambda _: None, lambda _: None)
    while failures < 20:
        case.attempt += 1
        files = FaultyFiles(source.randrange(counted.calls))
        try:
            land_attempt(KINDS[case.kind](case.data_dir, files=files), case.attempt, lambda _: None, lambda _: None)
        except NoSpace:
            failures += 1
        store = KINDS[case.kind](case.data_dir)
        for day in DAYS:
            assert payloads(store, day) in (content(case.attempt - 1, day), content(case.attempt, day))
        assert temporaries(case.data_dir) == []
        case.whole()
    print(f"T1, {case.kind}: {failures} full disks, 0 partitions lost, doubled, unreadable or stale")
    assert files_below(case.data_dir)
