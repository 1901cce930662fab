"""Dagster's SQLite history with the connection to each file kept open from one event to the next, and small pages.

Owns how long a connection lives and how large a page is; tables and statements are Dagster's, and so is the lock around
each use.
Dagster 1.13 opens a file anew for every event and closes it, and SQLite then clears its log each time: of a small
tenant's nightly run that was a third. A run on another database than SQLite is none of this module's business.
"""

from __future__ import annotations

import os
import sqlite3
from collections import OrderedDict
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from weakref import WeakKeyDictionary

from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.sqlite.sqlite_event_log import INDEX_SHARD_NAME
from dagster._core.storage.sql import create_engine
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from sqlalchemy import event, make_url
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import dagster as dg
    from sqlalchemy.engine import Connection, Engine

# the index, the run, and what belongs to no run
MOST_OPEN: Final = 3
# A file of Dagster's has up to 25 tables and indexes, most of them empty, and a page for each. The index grows for
# years and is searched: the trees of pages half as large would be twice as deep.
PAGE_BYTES: Final = 512
PAGE_BYTES_OF_INDEX: Final = 1024
LOG_BYTES: Final = 262_144
# a history that has just begun; a larger one is left as it is
MOST_REMADE_BYTES: Final = 4_000_000
# The file of a run holds its events alone, which are read by number from the first to the last: a seventh of the file
# was what else they could be found by. In the index, which holds those of all runs, these stay.
_NEEDED_IN_THE_INDEX_ALONE: Final = (
    "idx_events_by_run_id",
    "idx_events_by_asset",
    "idx_events_by_asset_partition",
    "idx_event_type",
    "idx_step_key",
)


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
    size = PAGE_BYTES_OF_INDEX if for_index_shard else PAGE_BYTES

    def with_small_pages(connection: sqlite3.Connection, _: object) -> None:
        connection.execute(f"PRAGMA page_size={size}")

    event.listen(engine, "connect", with_small_pages)
    _initdb(self, engine, for_index_shard=for_index_shard)


def give_room_back(instance: dg.DagsterInstance, run_id: str) -> None:
    """Leave no room that nothing stands in: in the file of a run that ends, and in what a history begins with.

    `dagster asset materialize` opens its history before this code is loaded, and the UI begins the file of a run, with
    pages of 4 KiB: half of what a first run left was such room. An index that is no longer small fills it again.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        return
    with storage._db_lock:  # noqa: SLF001  as each use
        kept = _open_connections.get(storage, OrderedDict())
        for shard in list(kept):
            _close(kept, shard)
    run, index = (storage.conn_string_for_shard(shard) for shard in (run_id, INDEX_SHARD_NAME))
    # each of these is a file of its own, whose name no door tells
    others = [getattr(one, "_conn_string", "") for one in (instance.run_storage, instance.schedule_storage)]
    pages = {index: PAGE_BYTES_OF_INDEX} | {other: PAGE_BYTES for other in others if other.startswith("sqlite:")}
    # whoever has a file open goes on with it as it is, and the next run needs none of it
    with suppress(OSError, sqlite3.Error):
        _remake(_file_at(run), PAGE_BYTES, _NEEDED_IN_THE_INDEX_ALONE)
    for address, page in pages.items():
        with suppress(OSError, sqlite3.Error):
            if _file_at(address).stat().st_size <= MOST_REMADE_BYTES:
                _remake(_file_at(address), page)


def _file_at(address: str) -> Path:
    return Path(make_url(address).database or "")


def _remake(path: Path, page_bytes: int, needless: Sequence[str] = ()) -> None:
    # not where somebody reads it meanwhile: its pages stay large then, and what is free among them is given back
    with suppress(sqlite3.Error):
        _make_pages_small(path, page_bytes)
    with _open_file(path) as file:
        for name in needless:
            file.execute(f"DROP INDEX IF EXISTS {name}")
        if _pragma_of(file, "freelist_count"):
            file.execute("VACUUM")


def _make_pages_small(path: Path, page_bytes: int) -> None:
    with _open_file(path) as file:
        if _pragma_of(file, "page_size") <= page_bytes:
            return
        # held from here until it is closed: nobody meets it without its write-ahead log
        _pragma_of(file, "locking_mode=EXCLUSIVE")
        try:
            _pragma_of(file, "journal_mode=DELETE")
            file.execute(f"PRAGMA page_size={page_bytes}")
            file.execute("VACUUM")
        finally:
            _pragma_of(file, "journal_mode=WAL")


def _open_file(path: Path) -> closing[sqlite3.Connection]:
    return closing(sqlite3.connect(path, timeout=1.0, isolation_level=None))


def _pragma_of(file: sqlite3.Connection, pragma: str) -> Any:  # noqa: ANN401  a number or a word
    return file.execute(f"PRAGMA {pragma}").fetchone()[0]


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
