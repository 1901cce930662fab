"""Dagster's SQLite history with the connection to each file kept open from one event to the next.

Owns how long a connection lives; tables, files and statements are Dagster's, and so is the lock around each use.
Dagster 1.13 opens a file anew for every event and closes it, and SQLite then clears its log each time: of a small
tenant's nightly run that was a third. A run on another database than SQLite is none of this module's business.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakKeyDictionary

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import event
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection, Engine

# the index, the run, and what belongs to no run
MOST_OPEN: Final = 3
# The file of a run has 25 tables and indexes, all but seven of them empty, and a page for each.
PAGE_BYTES: Final = 1024
LOG_BYTES: Final = 262_144


class Kept(NamedTuple):
    """An open connection, and the file and process that it belongs to."""

    connection: Connection
    file: int
    process: int


_initdb: Final = SqliteEventLogStorage._initdb  # noqa: SLF001  there is no other door
_open_connections: WeakKeyDictionary[SqliteEventLogStorage, OrderedDict[str, Kept]] = WeakKeyDictionary()


def keep_history_open() -> None:
    """Let every SQLite event log of this process keep its connections; once is enough."""
    SqliteEventLogStorage._connect = _connect  # type: ignore[method-assign]  # noqa: SLF001  there is no other door
    make_small_files()


def make_small_files() -> None:
    """Let every SQLite event log of this process make its files of small pages; those that are there stay."""
    SqliteEventLogStorage._initdb = _make  # type: ignore[method-assign]  # noqa: SLF001  there is no other door


def _make(self: SqliteEventLogStorage, engine: Engine, for_index_shard: bool = False) -> None:  # noqa: FBT001, FBT002  as Dagster's own
    event.listen(engine, "connect", _with_small_pages)
    _initdb(self, engine, for_index_shard=for_index_shard)


def _with_small_pages(connection: sqlite3.Connection, _: object) -> None:
    connection.execute(f"PRAGMA page_size={PAGE_BYTES}")


@contextmanager
def _connect(self: SqliteEventLogStorage, shard: str) -> Iterator[Connection]:
    with self._db_lock:
        kept = _open_connections.setdefault(self, OrderedDict())
        connection = _open_shard(self, kept, shard)
        try:
            with connection.begin():
                yield connection
        except BaseException:
            # whatever went wrong, the next event begins with a connection of its own
            _close(kept, shard)
            raise


def _open_shard(storage: SqliteEventLogStorage, kept: OrderedDict[str, Kept], shard: str) -> Connection:
    path = storage.path_for_shard(shard)
    known = kept.get(shard)
    # somebody may have removed the file, and a child process must not write through its parent's connection
    if known is not None and (known.file, known.process) == (_identify_file(path), os.getpid()):
        kept.move_to_end(shard)
        return known.connection
    _close(kept, shard)
    engine = create_engine(
        storage.conn_string_for_shard(shard),
        poolclass=NullPool,
        connect_args={"timeout": SQLITE_BUSY_TIMEOUT_SECONDS, "check_same_thread": False},
    )
    if shard not in storage._initialized_dbs:  # noqa: SLF001  as Dagster's own
        storage._initdb(engine)  # noqa: SLF001
        storage._initialized_dbs.add(shard)  # noqa: SLF001
    connection = engine.connect()
    with connection.begin():
        # with a write-ahead log a power cut can cost the last events, and never the file; the log stays below 256 KiB
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        page: int = connection.exec_driver_sql("PRAGMA page_size").scalar_one()
        connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint={LOG_BYTES // page}")
    kept[shard] = Kept(connection, _identify_file(path), os.getpid())
    while len(kept) > MOST_OPEN:
        _close(kept, next(iter(kept)))
    return connection


def _close(kept: OrderedDict[str, Kept], shard: str) -> None:
    known = kept.pop(shard, None)
    if known is not None and known.process == os.getpid():
        known.connection.close()


def _identify_file(path: str) -> int:
    try:
        return Path(path).stat().st_ino
    except FileNotFoundError:
        return 0
