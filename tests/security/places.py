"""Where a secret could come to rest: every file beneath a folder, as it lies and as its own format reads it.

Owns reading and counting. Compressed formats are opened too: a search through zstd finds nothing.
"""

from __future__ import annotations

import gzip
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from tests.security.canaries import sightings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_UNREADABLE: Final = "unreadable"


@dataclass(slots=True)
class Scan:
    """What was searched, in files and in bytes on disk, what was seen where, and what only its bytes told of."""

    files: int = 0
    bytes: int = 0
    hits: list[str] = field(default_factory=list)
    unread: list[Path] = field(default_factory=list)

    def covered(self, at_least: int) -> Scan:
        """Return the scan itself; an empty folder must not pass for a clean one."""
        assert self.files >= at_least, f"only {self.files} files were searched, {at_least} are the least there can be"
        return self


@dataclass(slots=True)
class Search:
    """Searches folders, each file again only after it has changed."""

    known: dict[Path, tuple[int, int]] = field(default_factory=dict)

    def through(self, *folders: Path) -> Scan:
        """Search every file beneath the folders that is new or has changed since the last search."""
        scan = Scan()
        for path in (path for folder in folders for path in files_in(folder)):
            facts = path.stat()
            if self.known.get(path) == (facts.st_mtime_ns, facts.st_size):
                continue
            self.known[path] = (facts.st_mtime_ns, facts.st_size)
            scan.files += 1
            scan.bytes += facts.st_size
            for how, data in _readings(path):
                scan.hits += [f"{path} {how}: {name}" for name in sightings(data)]
                if how is _UNREADABLE:
                    scan.unread.append(path)
        return scan


def files_in(folder: Path) -> list[Path]:
    """Every file beneath a folder."""
    return sorted(path for path in folder.rglob("*") if path.is_file())


def open_to_others(folder: Path) -> list[str]:
    """Files whose mode lets the group or the world in."""
    return [f"{oct(path.stat().st_mode)} {path}" for path in files_in(folder) if path.stat().st_mode & 0o077]


def within_reach(folder: Path) -> list[str]:
    """Files that somebody else can read: the mode lets them, and so does every folder on the way."""
    if not folder.stat().st_mode & 0o077:
        return []
    entries = [entry for entry in os.scandir(folder) if not entry.is_symlink()]
    inside = [found for entry in entries if entry.is_dir() for found in within_reach(folder / entry.name)]
    return inside + [entry.path for entry in entries if entry.is_file() and entry.stat().st_mode & 0o077]


def _readings(path: Path) -> Iterator[tuple[str, bytes]]:
    data = path.read_bytes()
    yield "as it lies", data
    yield "by its name", os.fsencode(path)
    for begins, at, read in _FORMATS:
        if data[at : at + len(begins)] == begins:
            try:
                yield "as read", read(path)
            except (pa.ArrowException, OSError, sqlite3.DatabaseError, duckdb.Error):
                yield _UNREADABLE, b""


def _parquet(path: Path) -> bytes:
    file = pq.ParquetFile(path)
    cells = [cell for column in file.read().columns for cell in column.to_pylist()]
    return _joined([*cells, *(file.metadata.metadata or {}).items()])


def _sqlite(path: Path) -> bytes:
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
        tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        return _joined([row for name in tables for row in connection.execute(f'select * from "{name}"')])


def _duckdb(path: Path) -> bytes:
    with closing(duckdb.connect(os.fspath(path), read_only=True)) as connection:
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
        ).fetchall()
        tell = 'select "{1}"::varchar from "{0}"."{1}"'
        return _joined([row for place in tables for row in connection.execute(tell.format(*place)).fetchall()])


def _gzip(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes())


def _joined(values: list[object]) -> bytes:
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in values)


_FORMATS: tuple[tuple[bytes, int, Callable[[Path], bytes]], ...] = (
    (b"PAR1", 0, _parquet),
    (b"SQLite format 3\0", 0, _sqlite),
    (b"DUCK", 8, _duckdb),
    (b"\x1f\x8b", 0, _gzip),
)
