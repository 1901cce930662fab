"""Puts a finished warehouse where people query it: copied beside the target, made durable, renamed over it.

Owns the order that never leaves a file nobody can open. Does not decide whether a build deserves to be published.
"""

from __future__ import annotations

import shutil
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import duckdb

from finago_assets.core.errors import Locked, NotLanded
from finago_assets.core.landing import litter
from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.landing.files import Files, typed_errors
from finago_assets.core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_CHUNK: Final = 1024 * 1024
# what a writer of the published file leaves behind when it dies; DuckDB refuses any other file beside them
_SIDECARS: Final = (".wal", ".wal.checkpoint", ".wal.recovery")


def publish_database(
    working: Path, published: Path, *, files: Files | None = None, checkpoint: Callable[[str], None] = silent
) -> None:
    """Make `published` a copy of `working`, all at once. Whoever has the old file open keeps reading the old one.

    Call it with the warehouse lock held and the build's own connections closed. Raises NotLanded without a working
    file, Locked while somebody has it open, NoSpace and NotWritable; the previous file then stands.
    """
    files = files or Files()
    with _copied(working, published, files, checkpoint) as temporary:
        _put(temporary, published, files, checkpoint)


def copy_database(working: Path, copy: Path, *, files: Files | None = None) -> None:
    """Keep a finished build as it is now, whatever becomes of the working file. Called and raises as above."""
    files = files or Files()
    with _copied(working, copy, files, silent) as temporary:
        files.replace(temporary, copy)
        files.fsync_directory(copy.parent)


def publish_copy(
    copy: Path, published: Path, *, files: Files | None = None, checkpoint: Callable[[str], None] = silent
) -> None:
    """Rename a kept build over `published`: no lock on the working file is needed. Raises NoSpace and NotWritable."""
    with typed_errors("Publishing the warehouse"):
        _put(copy, published, files or Files(), checkpoint)


@contextmanager
def _copied(working: Path, target: Path, files: Files, checkpoint: Callable[[str], None]) -> Iterator[Path]:
    """Give a durable copy of the working file beside the target; what is left of it at the end is removed."""
    _complete(working)
    with typed_errors("Publishing the warehouse"):
        files.make_private(target.parent)
        temporary = litter.temporary(target.parent, target.name)
        try:
            _copy_working_file(working, temporary, files, checkpoint)
            yield temporary
        finally:
            temporary.unlink(missing_ok=True)


def _put(source: Path, published: Path, files: Files, checkpoint: Callable[[str], None]) -> None:
    checkpoint("before rename")
    # A stale WAL goes first: the old file opens without it, the new one would not open with it.
    _remove_sidecars(published, files)
    checkpoint("before rename, stale log removed")
    files.replace(source, published)
    checkpoint("after rename")
    # a writer of the old file may have begun another one meanwhile
    _remove_sidecars(published, files)
    files.fsync_directory(published.parent)


def _complete(working: Path) -> None:
    """Bring everything into the one file. Raises Locked if a log remains, which means that somebody writes."""
    if not working.is_file():
        raise NotLanded(f"There is no warehouse at {working}; run dbt build first.")
    with typed_database_errors(working), closing(duckdb.connect(working)) as connection:
        connection.execute("checkpoint")
    if _sidecars(working):
        raise Locked(f"{working} has a write-ahead log beside it after a checkpoint; close whatever has it open.")


def _copy_working_file(working: Path, temporary: Path, files: Files, checkpoint: Callable[[str], None]) -> None:
    checkpoint("before copy")
    with working.open("rb") as source, closing(files.create(temporary)) as target:
        shutil.copyfileobj(source, target, _CHUNK)
        checkpoint("before fsync")
        files.fsync(target)


def _sidecars(database: Path) -> list[Path]:
    paths = (database.with_name(database.name + suffix) for suffix in _SIDECARS)
    return [path for path in paths if path.exists()]


def _remove_sidecars(database: Path, files: Files) -> None:
    for path in _sidecars(database):
        path.unlink(missing_ok=True)
        files.fsync_directory(database.parent)
