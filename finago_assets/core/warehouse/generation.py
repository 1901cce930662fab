"""The mark inside a warehouse: which nodes are settled, by whose build, from how much landed data.

Owns the schema `build` of the working file. A build erases what it is about to touch before it begins and writes the
mark as its last act, so that whatever dies in between leaves a warehouse that says it is unfinished.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import duckdb

from finago_assets.core.landing.database import Database, typed_database_errors
from finago_assets.core.landing.files import Files

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from duckdb import DuckDBPyConnection

PATIENCE_SECONDS: Final = 1800.0
_NO_SCHEMA: Final = "select 1"
_TABLES: Final = """
    create schema if not exists build;
    create table if not exists build.settled (node varchar primary key);
    create table if not exists build.latest (run varchar, began_at varchar, finished_at varchar);
    create table if not exists build.landed (endpoint varchar, organization_id varchar, days bigint);
"""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a warehouse says of itself. `finished_at` None: the build of `run` is under way, or died.

    `landed`: for each endpoint and organization how many days it was built from; a list counts as one.
    """

    run: str
    began_at: datetime
    finished_at: datetime | None
    settled: frozenset[str] = frozenset()
    landed: Mapping[tuple[str, str], int] = field(default_factory=dict)


class Marked:
    """The working warehouse at `path`. Hold the warehouse lock around every call."""

    def __init__(self, path: Path) -> None:
        self._path = path
        # somebody who has the file open without our lock, such as the dbt of a killed run, is waited for
        self._database = Database(path, _NO_SCHEMA, Files(), PATIENCE_SECONDS)

    def begin(self, run: str, touched: Iterable[str], now: datetime) -> None:
        """Say that a build begins that makes `touched` anew: none of it counts as settled from here on."""
        with self._database.transaction() as connection:
            connection.execute(_TABLES)
            connection.execute("delete from build.latest")
            connection.execute("insert into build.latest values (?, ?, null)", [run, now.isoformat()])
            connection.execute("delete from build.settled where list_contains(?, node)", [sorted(touched)])

    def finish(self, settled: Iterable[str], landed: Mapping[tuple[str, str], int], now: datetime) -> Mark:
        """Say that the build is over and what is settled now; return the mark."""
        with self._database.transaction() as connection:
            connection.execute("delete from build.settled")
            connection.execute("insert into build.settled select unnest(?)", [sorted(settled)])
            connection.execute("delete from build.landed")
            for (endpoint, organization), days in landed.items():
                connection.execute("insert into build.landed values (?, ?, ?)", [endpoint, organization, days])
            connection.execute("update build.latest set finished_at = ?", [now.isoformat()])
            mark = _read(connection)
        if mark is None:
            raise ValueError("finish follows begin")
        return mark

    def relations(self) -> frozenset[str]:
        """Every table and view there is, as `schema.name`."""
        with self._database.reading() as connection:
            rows = [] if connection is None else _relations(connection)
        return frozenset(f"{schema}.{name}" for schema, name in rows)

    def mark(self) -> Mark | None:
        """Return the mark; None for a warehouse that no build of ours has touched."""
        with self._database.reading() as connection:
            return None if connection is None else _read(connection)


def read_mark(path: Path) -> Mark | None:
    """Read the mark of a warehouse file; None where there is none."""
    if not path.exists():
        return None
    with typed_database_errors(path), closing(duckdb.connect(path, read_only=True)) as connection:
        return _read(connection)


def later(now: datetime, *others: datetime | None) -> datetime:
    """Return `now`, or the moment after the latest of the others: a clock that was set back turns no order around."""
    known = [other for other in others if other is not None]
    return max([now.astimezone(UTC), *(other + timedelta(microseconds=1) for other in known)])


def _read(connection: DuckDBPyConnection) -> Mark | None:
    if ("build", "latest") not in _relations(connection):
        return None
    latest = connection.execute("select run, began_at, finished_at from build.latest").fetchone()
    if latest is None:
        return None
    run, began, finished = latest
    return Mark(
        run=run,
        began_at=datetime.fromisoformat(began),
        finished_at=None if finished is None else datetime.fromisoformat(finished),
        settled=frozenset(node for (node,) in connection.execute("select node from build.settled").fetchall()),
        landed={
            (endpoint, organization): days
            for endpoint, organization, days in connection.execute(
                "select endpoint, organization_id, days from build.landed"
            ).fetchall()
        },
    )


def _relations(connection: DuckDBPyConnection) -> list[tuple[str, str]]:
    return connection.execute("select table_schema, table_name from information_schema.tables").fetchall()
