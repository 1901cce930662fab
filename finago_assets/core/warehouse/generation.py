"""The mark inside a warehouse: which nodes are settled, what they were made of, by whose build, and what tests found.

Owns the schema `build` of the working file. A build erases what it is about to touch before it begins and writes the
mark as its last act, so that whatever dies in between leaves a warehouse that says it is unfinished.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import duckdb

from finago_assets.core.landing.database import Database, typed_database_errors
from finago_assets.core.landing.files import Files
from finago_assets.core.landing.model import Content

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

BUILD_PATIENCE_SECONDS: Final = 1800.0
_NOTHING_TO_MAKE: Final = "select 1"
_MAY_HAVE_MOVED: Final = """
    select table_name from information_schema.columns where table_schema = 'staging' and column_name = '_moved_to'
"""
_TABLES: Final = """
    create schema if not exists build;
    create table if not exists build.settled (node varchar primary key);
    -- a file from before there was this column
    alter table build.settled add column if not exists made_of varchar;
    create table if not exists build.verdicts (test varchar primary key, passed boolean, rows bigint, run varchar);
    create table if not exists build.partitions (
        endpoint varchar, organization_id varchar, date date, stamp varchar, digest varchar, rows bigint,
        fetched_at varchar
    );
    create table if not exists build.latest (run varchar, began_at varchar, finished_at varchar);
    create table if not exists build.landed (endpoint varchar, organization_id varchar, days bigint);
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a test said when it last ran, in which run: whether it passed, otherwise what it found as a warning."""

    passed: bool
    rows: int
    run: str


@dataclass(frozen=True, slots=True)
class Mark:
    """What a warehouse says of itself. `finished_at` None: the build of `run` is under way, or died.

    `made_of`: the digest of what each settled node was made of. `verdicts` are those of settled tests. `landed`: for
    each endpoint and organization how many days it was built from; a list counts as one.
    """

    run: str
    began_at: datetime
    finished_at: datetime | None
    made_of: Mapping[str, str] = field(default_factory=dict)
    landed: Mapping[tuple[str, str], int] = field(default_factory=dict)
    verdicts: Mapping[str, Verdict] = field(default_factory=dict)

    @property
    def settled(self) -> frozenset[str]:
        """Every settled node."""
        return frozenset(self.made_of)


@dataclass(frozen=True, slots=True)
class Seen:
    """What a warehouse tells of itself. `mark` is None where no build of ours has touched it.

    `contents`: what each landed day held when somebody last looked, by endpoint and organization. `relations`: every
    table and view, as `schema.name`; `moved`: those in which some record is marked as lying on another day now.
    """

    mark: Mark | None
    contents: Mapping[tuple[str, str], Mapping[date, Content]]
    relations: frozenset[str]
    moved: frozenset[str]


class Marked:
    """The working warehouse at `path`. Hold the warehouse lock around every call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # somebody who has the file open without our lock, such as the dbt of a killed run, is waited for
        self._database = Database(path, _NOTHING_TO_MAKE, Files(), BUILD_PATIENCE_SECONDS)

    def begin(self, run: str, touched: Iterable[str], now: datetime) -> None:
        """Say that a build begins that makes `touched` anew: none of it counts as settled from here on."""
        with self._database.transaction() as connection:
            connection.execute(_TABLES)
            connection.execute("delete from build.latest")
            connection.execute("insert into build.latest values (?, ?, null)", [run, now.isoformat()])
            connection.execute("delete from build.settled where list_contains(?, node)", [sorted(touched)])

    def finish(
        self,
        made_of: Mapping[str, str],
        landed: Mapping[tuple[str, str], int],
        now: datetime,
        verdicts: Mapping[str, Verdict] | None = None,
    ) -> Mark:
        """Say that the build is over and what is settled now; return the mark. `verdicts` are those of this build."""
        with self._database.transaction() as connection:
            connection.execute("delete from build.settled")
            _insert_rows(connection, "build.settled", made_of.items())
            connection.execute("delete from build.landed")
            _insert_rows(connection, "build.landed", ((*key, days) for key, days in landed.items()))
            told = verdicts or {}
            connection.execute("delete from build.verdicts where list_contains(?, test)", [list(told)])
            _insert_rows(connection, "build.verdicts", ((test, v.passed, v.rows, v.run) for test, v in told.items()))
            connection.execute("delete from build.verdicts where test not in (select node from build.settled)")
            connection.execute("update build.latest set finished_at = ?", [now.isoformat()])
            mark = _read_mark(connection)
        if mark is None:
            raise ValueError("finish follows begin")
        return mark

    def remember(self, contents: Mapping[tuple[str, str], Mapping[date, Content]]) -> None:
        """Keep what each landed day holds, so that the next build opens only the files of what landed since."""
        with self._database.transaction() as connection:
            connection.execute(_TABLES)
            connection.execute("delete from build.partitions")
            rows = (
                (*key, day, one.stamp, one.digest, one.rows, one.fetched_at.isoformat())
                for key, days in contents.items()
                for day, one in days.items()
            )
            _insert_rows(connection, "build.partitions", rows)

    def look(self) -> Seen:
        """Return all that the warehouse tells of itself, in one look; opening it takes longer than reading it."""
        with self._database.reading() as connection:
            if connection is None:
                return Seen(None, {}, frozenset(), frozenset())
            there = _relations(connection)
            return Seen(
                mark=_read_mark(connection),
                contents=_contents(connection) if ("build", "partitions") in there else {},
                relations=frozenset(f"{schema}.{name}" for schema, name in there),
                moved=_find_moved(connection),
            )

    def mark(self) -> Mark | None:
        """Return the mark; None for a warehouse that no build of ours has touched."""
        with self._database.reading() as connection:
            return None if connection is None else _read_mark(connection)


def read_mark(path: Path) -> Mark | None:
    """Read the mark of a warehouse file; None where there is none."""
    if not path.exists():
        return None
    with typed_database_errors(path), closing(duckdb.connect(path, read_only=True)) as connection:
        return _read_mark(connection)


def later(now: datetime, *others: datetime | None) -> datetime:
    """Return `now`, or the moment after the latest of the others: a clock that was set back turns no order around."""
    known = [other for other in others if other is not None]
    return max([now.astimezone(UTC), *(other + timedelta(microseconds=1) for other in known)])


def _read_mark(connection: DuckDBPyConnection) -> Mark | None:
    # one that was built before there were verdicts is built again
    if ("build", "verdicts") not in _relations(connection):
        return None
    latest = connection.execute("select run, began_at, finished_at from build.latest").fetchone()
    if latest is None:
        return None
    run, began, finished = latest
    return Mark(
        run=run,
        began_at=datetime.fromisoformat(began),
        finished_at=None if finished is None else datetime.fromisoformat(finished),
        made_of=dict(connection.execute("select node, coalesce(made_of, '') from build.settled").fetchall()),
        landed={
            (full_name_of(endpoint), organization): days
            for endpoint, organization, days in connection.execute(
                "select endpoint, organization_id, days from build.landed"
            ).fetchall()
        },
        verdicts={
            test: Verdict(passed, rows, by)
            for test, passed, rows, by in connection.execute("select * from build.verdicts").fetchall()
        },
    )


def full_name_of(endpoint: str) -> str:
    """Return an endpoint's full name; what was written before there was a second source has bare ones."""
    return endpoint if "/" in endpoint else f"finago/{endpoint}"


def _contents(connection: DuckDBPyConnection) -> dict[tuple[str, str], dict[date, Content]]:
    found: dict[tuple[str, str], dict[date, Content]] = {}
    rows = connection.execute("select * from build.partitions").fetchall()
    for endpoint, organization, day, stamp, digest, count, fetched in rows:
        content = Content(stamp, digest, count, datetime.fromisoformat(fetched))
        found.setdefault((full_name_of(endpoint), organization), {})[day] = content
    return found


def _find_moved(connection: DuckDBPyConnection) -> frozenset[str]:
    return frozenset(
        f"staging.{table}"
        for (table,) in connection.execute(_MAY_HAVE_MOVED).fetchall()
        if connection.execute(f"select 1 from staging.{table} where _moved_to is not null limit 1").fetchall()
    )


def _insert_rows(connection: DuckDBPyConnection, table: str, rows: Iterable[Sequence[object]]) -> None:
    """Insert all rows in one statement: one for each row takes a millisecond each."""
    columns = [list(column) for column in zip(*rows, strict=True)]
    if columns:
        places = ", ".join("unnest(?)" for _ in columns)
        connection.execute(f"insert into {table} select {places}", columns)


def _relations(connection: DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
