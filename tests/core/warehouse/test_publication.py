"""Which build becomes the published file, in every order of building, failing, dying and publishing."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import TYPE_CHECKING

import duckdb
import pytest

from finago_assets.core.errors import Environment, Locked, NotProven, Shrunk
from finago_assets.core.landing.lock import file_lock
from finago_assets.core.landing.publish import copy_database
from finago_assets.core.warehouse.generation import Mark, Marked, later, read_mark
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.publication import Publisher, check_whole
from tests.core.landing.samples import temporaries

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 3, 1, 4, 15, tzinfo=UTC)
GRAPH = BuildGraph(
    parents={"one": frozenset(), "two": frozenset({"one"}), "test": frozenset({"two"})},
    tests=frozenset({"test"}),
    blocking=frozenset({"test"}),
    names={"one": "marts/one", "two": "marts/two", "test": "audit/test"},
    dbt_names={name: name for name in ("one", "two", "test")},
    endpoints={},
    reading={},
    code={},
)
ALL = frozenset(GRAPH.parents)
LANDED = {("transactionlines", "1"): 31, ("accounts", "1"): 1}


class Folder:
    """A data folder in which runs build and publish, step by step and in any order."""

    def __init__(self, path: Path) -> None:
        self.working = path / "work" / "warehouse.duckdb"
        self.working.parent.mkdir(parents=True)
        self.publisher = Publisher(path / "work", path / "finago.duckdb", path / "details.duckdb")
        self.clock = NOW

    def begin(self, run: str) -> None:
        """Begin a build and write half of it: table one is the run's, table two still another's."""
        self.clock += timedelta(minutes=1)
        Marked(self.working).begin(run, GRAPH.touched(["one"]), self.clock)
        self._write("one", run)

    def finish(self, run: str, *, passed: frozenset[str] = ALL, landed: dict[tuple[str, str], int] = LANDED) -> None:
        """Write the other half, mark it, and keep a copy of a whole build."""
        self.clock += timedelta(minutes=1)
        self._write("two", run)
        last = self.publisher.last()
        at = later(self.clock, None if last is None else last.finished_at)
        mark = Marked(self.working).finish(dict.fromkeys(GRAPH.settle_run(passed, ()), ""), landed, at)
        if not GRAPH.unproven(mark.settled):
            copy_database(self.working, self.publisher.copy_of(run))

    def publish(self, run: str, *, accept_fewer: bool = False) -> str:
        """Publish what a run kept, as its step does; return whose build is published now."""
        copy = self.publisher.copy_of(run)
        if not copy.exists():
            check_whole(Marked(self.working).mark(), GRAPH)
            copy_database(self.working, copy)
        mark = check_whole(read_mark(copy), GRAPH)
        return self.publisher.publish(copy, mark, GRAPH, accept_fewer=accept_fewer).run

    def published(self) -> set[str]:
        """Whose rows the published file holds."""
        if not self.publisher.published.exists():
            return set()
        with closing(duckdb.connect(self.publisher.published, read_only=True)) as warehouse:
            return {run for (run,) in warehouse.execute("from marts.one union all from marts.two").fetchall()}

    def _write(self, table: str, run: str) -> None:
        with closing(duckdb.connect(self.working)) as warehouse:
            warehouse.execute("create schema if not exists marts")
            warehouse.execute(f"create or replace table marts.{table} as select '{run}' as run")


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    return Folder(tmp_path)


def test_two_runs_in_every_order_leave_one_whole_build_published(tmp_path: Path) -> None:
    steps = [("begin", "a"), ("finish", "a"), ("publish", "a"), ("begin", "b"), ("end", "b"), ("publish", "b")]
    orders = [order for order in permutations(steps) if _is_possible(order)]
    assert len(orders) == 4
    for number, (order, fate) in enumerate((order, fate) for order in orders for fate in ("finish", "die", "fail")):
        folder = Folder(tmp_path / f"{number}")
        for step, run in order:
            _take(folder, step, run, fate)
            assert folder.published() in (set(), {"a"}, {"b"}), (order, fate)
        assert folder.published() == ({"b"} if fate == "finish" else {"a"}), (order, fate)


def _is_possible(order: tuple[tuple[str, str], ...]) -> bool:
    at = {step: place for place, step in enumerate(order)}
    # a build holds the lock from begin to end
    apart = at["finish", "a"] < at["begin", "b"]
    return (
        apart
        and at["begin", "a"] < at["finish", "a"] < at["publish", "a"]
        and at["begin", "b"] < at["end", "b"] < at["publish", "b"]
    )


def _take(folder: Folder, step: str, run: str, fate: str) -> None:
    if step == "end":
        step = fate
    if step == "fail":
        folder.finish(run, passed=ALL - {"test"})
    elif step == "publish" and run == "b" and fate != "finish":
        with pytest.raises(NotProven):
            folder.publish(run)
    elif step != "die":
        getattr(folder, step)(run)


def test_a_run_that_built_before_another_one_publishes_its_own_build_although_the_other_has_begun(
    folder: Folder,
) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.begin("b")
    assert folder.publish("a") == "a"
    assert folder.published() == {"a"}


def test_a_newer_published_build_is_not_replaced_by_an_older_one(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.begin("b")
    folder.finish("b")
    assert folder.publish("b") == "b"
    assert folder.publish("a") == "b"
    assert folder.published() == {"b"}


def test_publishing_alone_takes_the_working_warehouse_when_it_is_whole(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.publisher.copy_of("a").unlink()
    assert folder.publish("other") == "a"
    assert folder.published() == {"a"}


def test_an_unfinished_build_is_refused_with_the_run_that_left_it(folder: Folder) -> None:
    with pytest.raises(NotProven, match="no finished build"):
        folder.publish("c")
    folder.begin("a")
    with pytest.raises(NotProven, match=r"run a, begun at 2026-03-01 04:16 UTC, did not finish.*`rebuild`"):
        folder.publish("c")


def test_a_build_that_was_not_wholly_checked_is_refused_by_name(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a", passed=ALL - {"test"})
    with pytest.raises(NotProven, match=r"1 models or checks .*: audit/test"):
        folder.publish("a")


@pytest.mark.parametrize(
    "landed",
    [
        {("transactionlines", "1"): 30, ("accounts", "1"): 1},
        {("transactionlines", "1"): 31},
        {("transactionlines", "2"): 31, ("accounts", "2"): 1},
    ],
    ids=["a day", "a list", "an organization"],
)
def test_a_build_from_less_than_the_published_one_is_refused_until_somebody_says_that_it_is_meant(
    folder: Folder, landed: dict[tuple[str, str], int]
) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.publish("a")
    folder.begin("b")
    folder.finish("b", landed=landed)
    with pytest.raises(Shrunk, match="accept_fewer"):
        folder.publish("b")
    assert folder.published() == {"a"}
    assert folder.publish("b", accept_fewer=True) == "b"
    # what was accepted is what the next one is held against
    folder.begin("c")
    folder.finish("c", landed=landed)
    assert folder.publish("c") == "c"


def test_where_one_of_both_files_cannot_be_replaced_the_published_one_stays_and_the_next_build_mends_it(
    folder: Folder,
) -> None:
    for run in ("a", "b"):
        folder.begin(run)
        folder.finish(run)
        if run == "a":
            folder.publish(run)
    details = folder.publisher.details
    details.unlink()
    (details / "in the way").mkdir(parents=True)
    with pytest.raises(Environment):
        folder.publish("b")
    assert folder.published() == {"a"}
    assert temporaries(folder.publisher.copy_of("b").parent) == []
    shutil.rmtree(details)
    assert folder.publish("b") == "b"
    assert folder.published() == {"b"}
    assert read_mark(details) == Marked(folder.working).mark()


def test_the_whole_build_lies_beside_the_published_file_and_comes_back_with_it(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.publish("a")
    mark = Marked(folder.working).mark()
    assert mark is not None
    assert read_mark(folder.publisher.details) == mark
    assert folder.publisher.standing(mark) is not None
    folder.publisher.details.unlink()
    assert folder.publisher.standing(mark) is None


def test_two_publications_never_look_and_rename_at_once(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.publisher = replace(folder.publisher, patience_seconds=0)
    with file_lock(folder.publisher.work_dir / "publish.lock", 0), pytest.raises(Locked):
        folder.publish("a")
    assert folder.published() == set()


def test_more_than_before_is_published_without_a_word(folder: Folder) -> None:
    for run, days in (("a", 31), ("b", 32)):
        folder.begin(run)
        folder.finish(run, landed={("transactionlines", "1"): days})
        assert folder.publish(run) == run


def test_a_record_from_before_there_were_sources_speaks_of_the_same_endpoints(folder: Folder) -> None:
    for run in ("a", "b"):
        folder.begin(run)
        folder.finish(run, landed={("finago/transactionlines", "1"): 31})
        assert folder.publish(run) == run
        record = folder.publisher.work_dir / "published.json"
        assert '"finago/transactionlines"' in record.read_text()
        record.write_text(record.read_text().replace("finago/", ""))


def test_a_clock_that_was_set_back_does_not_turn_the_order_of_builds_around(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.publish("a")
    folder.clock -= timedelta(days=1)
    folder.begin("b")
    folder.finish("b")
    assert folder.publish("b") == "b"


def test_a_published_file_that_was_taken_away_is_held_against_nothing(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a")
    folder.publish("a")
    folder.publisher.published.unlink()
    folder.begin("b")
    folder.finish("b", landed={("transactionlines", "1"): 1})
    assert folder.publish("b") == "b"


def test_kept_builds_of_runs_that_are_over_are_removed_and_others_stay(folder: Folder) -> None:
    for run in ("a", "b"):
        folder.begin(run)
        folder.finish(run)
    folder.publisher.sweep(lambda run: run == "a")
    assert not folder.publisher.copy_of("a").exists()
    assert folder.publisher.copy_of("b").exists()


def test_a_warehouse_from_before_there_were_marks_has_none_and_gets_one(folder: Folder) -> None:
    with closing(duckdb.connect(folder.working)) as warehouse:
        warehouse.execute("create table one as select 'old' as run")
    assert Marked(folder.working).mark() is None
    assert "main.one" in Marked(folder.working).look().relations
    folder.begin("a")
    assert Marked(folder.working).mark() == Mark("a", folder.clock, None)


def test_what_a_build_does_not_touch_stays_settled_while_it_runs_and_when_it_dies(folder: Folder) -> None:
    folder.begin("a")
    folder.finish("a")
    Marked(folder.working).begin("b", GRAPH.touched(["two"]), folder.clock)
    mark = Marked(folder.working).mark()
    assert mark is not None
    assert mark.settled == {"one"}
    assert replace(mark, made_of={}).finished_at is None
