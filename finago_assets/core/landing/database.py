"""One DuckDB file that several processes write in turn: attached behind a file lock, for as short as possible.

Owns creation, locking, file modes and DuckDB's errors in our own words. Knows no table. The engine that the file is
attached to stays: to start one takes 15 ms, to attach a file half a millisecond, and a partition is two openings.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import duckdb

from finago_assets.core.errors import CorruptFile, Environment, FinagoError, Locked, NoSpace, NotWritable
from finago_assets.core.landing import litter
from finago_assets.core.landing.files import private_umask
from finago_assets.core.landing.lock import file_lock
from finago_assets.core.sql import sql_name, sql_text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from finago_assets.core.landing.files import Files

_UMASK = threading.Lock()
_RETRY_SECONDS: Final = 0.1
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {"memory_limit": "512MB", "threads": 2}
_RESERVED: Final = frozenset({"main", "memory", "system", "temp"})
_PHRASES: Final = (
    (("No space left", "File too large", "Disk quota"), NoSpace, "no room left; free some disk space and run it again"),
    (("Permission denied", "Read-only file system", "Cannot open file"), NotWritable, "give this user access to it"),
    (("Could not set lock",), Locked, "another process has it open; close that one and run it again"),
)


class Database:
    """The file at `path`, its lock beside it. `schema` is SQL that a writer begins with; it makes what is missing."""

    def __init__(self, path: Path, schema: str, files: Files, patience_seconds: float) -> None:
        self.path = path
        self._schema = schema
        self._files = files
        self._patience = patience_seconds
        self._name = _database_name(path)
        self._engine: duckdb.DuckDBPyConnection | None = None

    @contextmanager
    def transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open for writing. What was done is committed at the end, or not at all if anything is raised."""
        with self._locked(), _private(), typed_database_errors(self.path):
            if not self.path.exists():
                self._create()
            with self._attached("read_write") as connection:
                connection.begin()
                connection.execute(self._schema)
                yield connection
                connection.commit()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """Open read-only; None while there is no file. Nobody else can open it meanwhile."""
        if not self.path.exists():
            yield None
            return
        with (
            self._locked(),
            _private(),
            typed_database_errors(self.path),
            self._attached("read_only") as connection,
        ):
            yield connection

    def _locked(self) -> AbstractContextManager[None]:
        return file_lock(self.path.with_name(f"{self.path.name}.lock"), self._patience)

    def _create(self) -> None:
        # DuckDB refuses a file that a killed process opened and never wrote: make it elsewhere, then rename
        temporary = litter.temporary(self.path.parent, self.path.name)
        with duckdb.connect(temporary, config=_CONFIG) as connection:
            connection.execute("checkpoint")
        self._files.replace(temporary, self.path)
        self._files.fsync_directory(self.path.parent)

    @contextmanager
    def _attached(self, access: str) -> Iterator[duckdb.DuckDBPyConnection]:
        """Attach the file as the database that SQL means; detach it at the end, which moves its WAL into it."""
        engine = self._engine or duckdb.connect(config=_CONFIG)
        # one in which anything failed is not used again: an open transaction and a fatal error go with it
        self._engine, sound = None, False
        try:
            with engine.cursor() as connection:
                self._attach(connection, access)
                yield connection
                # what was committed stands, whether or not there is room to move it out of the WAL
                with suppress(duckdb.Error):
                    connection.execute(f"use memory; detach {self._name}")
                    sound = True
        finally:
            if not sound:
                engine.close()
        self._engine = engine if sound else None

    def _attach(self, connection: duckdb.DuckDBPyConnection, access: str) -> None:
        """Attach; wait for one who has the file open without having our lock, such as the child of a killed run."""
        end = time.monotonic() + self._patience
        while True:
            try:
                connection.execute(f"attach {sql_text(self.path)} as {self._name} ({access}); use {self._name}")
            except duckdb.IOException as error:
                if "Could not set lock" not in str(error) or time.monotonic() > end:
                    raise
            else:
                return
            time.sleep(_RETRY_SECONDS)


def _database_name(path: Path) -> str:
    """Return what DuckDB itself calls a file's database, quoted: views in the file may name it."""
    base = path.name.partition(".")[0]
    return sql_name(f"{base}_db" if base.lower() in _RESERVED else base)


@contextmanager
def _private() -> Iterator[None]:
    """Let DuckDB create its WAL with mode 0600; it offers no other way. Chains land in threads, hence the lock."""
    with _UMASK, private_umask():
        yield


@contextmanager
def typed_database_errors(path: Path) -> Iterator[None]:
    """Turn DuckDB's errors into NoSpace, NotWritable, Locked, CorruptFile or Environment."""
    try:
        yield
    except duckdb.Error as error:
        raise _translate_duckdb_error(error, path) from None


def _translate_duckdb_error(error: duckdb.Error, path: Path) -> FinagoError:
    text = str(error)
    for phrases, kind, advice in _PHRASES:
        if any(phrase in text for phrase in phrases):
            return kind(f"{path}: {advice}. What was landed before still stands.")
    if isinstance(error, (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException)):
        return CorruptFile(f"{path} cannot be read. Move it away and land again.")
    return Environment(f"{path}: DuckDB refused with {type(error).__name__}. What was landed before still stands.")
