"""One DuckDB file that several processes write in turn: opened behind a file lock, for as short as possible.

Owns creation, locking, file modes and DuckDB's errors in our own words. Knows no table.
"""

from __future__ import annotations

import os
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import duckdb

from finago_assets.core.errors import CorruptFile, FinagoError, Locked, NoSpace, NotWritable
from finago_assets.core.landing import litter
from finago_assets.core.landing.lock import warehouse_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from finago_assets.core.landing.files import Files

_RETRY_SECONDS: Final = 0.1
_CONFIG: Final[dict[str, str | bool | int | float | list[str]]] = {"memory_limit": "512MB", "threads": 2}


class Database:
    """The file at `path`, its lock beside it. `schema` is run once, when the file is made."""

    def __init__(self, path: Path, schema: str, files: Files, patience_seconds: float) -> None:
        self.path = path
        self._schema = schema
        self._files = files
        self._patience = patience_seconds

    @contextmanager
    def transaction(self, *, commit: Callable[[Callable[[], object]], None]) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open for writing, in one transaction that `commit` ends; anything raised rolls it back."""
        with self._locked(), _private_umask(), typed_database_errors(self.path):
            if not self.path.exists():
                self._create()
            with self._connected(read_only=False) as connection:
                connection.begin()
                yield connection
                commit(connection.commit)

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection | None]:
        """Open read-only; None when there is no file yet. Do not yield to foreign code inside: the lock is held."""
        if not self.path.exists():
            yield None
            return
        with self._locked(), _private_umask(), typed_database_errors(self.path):
            with self._connected(read_only=True) as connection:
                yield connection

    def _locked(self) -> object:
        return warehouse_lock(self.path.with_name(f"{self.path.name}.lock"), self._patience)

    def _create(self) -> None:
        # a file that was opened but never written is none that DuckDB opens again: make it elsewhere, then rename
        temporary = litter.temporary(self.path.parent, self.path.name)
        with duckdb.connect(temporary, config=_CONFIG) as connection:
            connection.execute(self._schema)
        self._files.replace(temporary, self.path)
        self._files.fsync_directory(self.path.parent)
