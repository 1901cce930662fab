"""The published tables as parquet files in a folder of the user's, replaced as a set by turning one link.

Owns the folder's layout: `current` leads to a folder with a file for each table and a manifest; the set before it
stays, for whoever has it open. What is published is publication.py's.
"""

from __future__ import annotations

import os
import shutil
import stat
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

import duckdb
import msgspec

from finago_assets.core.errors import NotWritable
from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.landing.files import Files
from finago_assets.core.landing.lock import file_lock
from finago_assets.core.request.targets.written import typed_file_errors
from finago_assets.core.sql import sql_text
from finago_assets.core.warehouse.public_file import PublishedSet, exact_rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from duckdb import DuckDBPyConnection

CURRENT_SET: Final = "current"
SET_MANIFEST: Final = "manifest.json"
_PREFIX: Final = "set-"
_SPILL: Final = ".spill"
_FOLDER_PATIENCE_SECONDS: Final = 600.0


@dataclass(frozen=True, slots=True)
class ParquetFolder:
    """The folder. Files may be read by whoever may read the folder; one that is not there is made private."""

    folder: Path
    memory: str

    def replace(self, published: Path, wanted: PublishedSet) -> None:
        """Make `wanted` the current set, unless it is.

        Raises NoSpace, NotWritable, Locked, CorruptFile and Environment; the last set then stays.
        """
        with typed_file_errors(f"{self.folder}"):
            Files().make_private(self.folder)
            with file_lock(self.folder / ".lock", _FOLDER_PATIENCE_SECONDS):
                link = self.folder / CURRENT_SET
                if link.exists() and not link.is_symlink():
                    raise NotWritable(
                        f"{link} is no link of ours, so it is left alone. Move it away, or name another folder in "
                        "FINAGO_PUBLISH_PARQUET."
                    )
                before = self._current()
                if before is None or self._held(before) != wanted:
                    self._turn(link, self._write(published, wanted))
                    self._remove_others(keep={before, self._current()})

    def _current(self) -> Path | None:
        with suppress(OSError):
            return self.folder / (self.folder / CURRENT_SET).readlink()
        return None

    def _held(self, place: Path) -> PublishedSet | None:
        """Return what a set holds; None where a file of it is gone."""
        with suppress(OSError, msgspec.DecodeError):
            held = msgspec.json.decode((place / SET_MANIFEST).read_bytes(), type=PublishedSet)
            if all((place / f"{name}.parquet").is_file() for name in held.tables):
                return held
        return None

    def _write(self, published: Path, wanted: PublishedSet) -> Path:
        """Write a whole set under a name of its own, on the disk before it has that name."""
        moment = "".join(sign for sign in wanted.built_at if sign.isalnum())[:15]
        place = self.folder / f"{_PREFIX}{moment}-{token_hex(4)}"
        temporary = self.folder / f".{place.name}.tmp"
        mode, files = stat.S_IMODE(self.folder.stat().st_mode), Files()
        try:
            temporary.mkdir(mode=0o700)
            with typed_database_errors(published), closing(self._open(published, temporary)) as connection:
                for name in wanted.tables:
                    _write_table(connection, name, temporary / f"{name}.parquet")
            (temporary / SET_MANIFEST).write_bytes(msgspec.json.format(msgspec.json.encode(wanted)))
            shutil.rmtree(temporary / _SPILL, ignore_errors=True)
            for path in _below(temporary):
                path.chmod(mode if path.is_dir() else mode & 0o666)
                _sync(path)
            files.replace(temporary, place)
            files.fsync_directory(self.folder)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)
        return place

    def _open(self, published: Path, temporary: Path) -> DuckDBPyConnection:
        spill = os.fspath(temporary / _SPILL)
        return duckdb.connect(
            published, read_only=True, config={"memory_limit": self.memory, "threads": 2, "temp_directory": spill}
        )

    def _turn(self, link: Path, place: Path) -> None:
        temporary = self.folder / f".{place.name}.link.tmp"
        temporary.symlink_to(place.name)
        Files().replace(temporary, link)
        Files().fsync_directory(self.folder)

    def _remove_others(self, keep: set[Path | None]) -> None:
        """Remove older sets and what a crash has left; nobody else writes while the lock is held."""
        for path in self.folder.glob(f"{_PREFIX}*"):
            if path not in keep and (path / SET_MANIFEST).is_file():
                shutil.rmtree(path)
        for path in self.folder.glob(f".{_PREFIX}*.tmp"):
            if path.is_symlink():
                path.unlink()
            else:
                shutil.rmtree(path)


def _write_table(connection: DuckDBPyConnection, name: str, file: Path) -> None:
    file.parent.mkdir(mode=0o700, exist_ok=True)
    schema, _, table = name.partition("/")
    asked = "select comment from duckdb_tables() where schema_name = ? and table_name = ?"
    found = connection.execute(asked, [schema, table]).fetchone()
    said = (found[0] if found else None) or ""
    options = f"format parquet, compression zstd, kv_metadata {{description: {sql_text(said)}}}"
    connection.execute(f"copy ({exact_rows(connection, name)}) to {sql_text(file)} ({options})")


def _sync(path: Path) -> None:
    """Flush a file or a folder to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _below(folder: Path) -> Iterator[Path]:
    """Every file and folder, a folder after what is in it."""
    for where, _, names in os.walk(folder, topdown=False):
        yield from (Path(where, name) for name in names)
        yield Path(where)
