"""Every write to the data folder: private modes, fsync, rename, and the operating system's errors in our own words.

Owns the `Files` seam that tests use to inject faults. Does not know what is written.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, BinaryIO

from finago_assets.core.errors import Environment, NoSpace, NotWritable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EEXIST}


def stamp_of(path: Path) -> str:
    """Return what changes whenever a file is replaced or written into. Raises FileNotFoundError."""
    status = path.stat()
    return f"{status.st_ino}/{status.st_mtime_ns}/{status.st_size}"


class Files:
    """The calls that make a file durable and visible. Pass a subclass to a store to make one of them fail."""

    def create(self, path: Path) -> BinaryIO:
        """Open a new file for writing and reading, mode 0600. Raises FileExistsError."""
        return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600), "w+b")

    def fsync(self, file: BinaryIO) -> None:
        """Flush the file to the disk."""
        file.flush()
        os.fsync(file.fileno())

    def fsync_directory(self, path: Path) -> None:
        """Flush the names in a folder to the disk."""
        descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def replace(self, source: Path, target: Path) -> None:
        """Rename over the target; readers see the old file or the new one."""
        source.replace(target)

    def link(self, source: Path, target: Path) -> None:
        """Give the file a second name. Raises FileExistsError where replace would overwrite."""
        target.hardlink_to(source)

    def make_private(self, directory: Path) -> None:
        """Create the folder and its missing parents, mode 0700, and make their names durable."""
        missing = []
        while not directory.is_dir():
            missing.append(directory)
            directory = directory.parent
        for path in reversed(missing):
            try:
                path.mkdir(mode=0o700)
            except FileExistsError:
                if not path.is_dir():
                    raise
            self.fsync_directory(path.parent)


@contextmanager
def private_umask() -> Iterator[None]:
    """Let tools that take no mode make private files. The umask is the whole process's: hold it in one thread."""
    before = os.umask(0o077)
    try:
        yield
    finally:
        os.umask(before)


@contextmanager
def typed_errors(doing: str) -> Iterator[None]:
    """Turn an OSError into NoSpace, NotWritable or Environment. `doing` opens the message."""
    try:
        yield
    except OSError as error:
        raise _translate_os_error(error, doing) from None


def code_of(error: OSError) -> str:
    """Return the operating system's name for what went wrong, such as ENOSPC."""
    return errno.errorcode.get(error.errno or 0, type(error).__name__)


def _translate_os_error(error: OSError, doing: str) -> Environment:
    name = code_of(error)
    where = f" at {error.filename}" if error.filename else ""
    what = f"{doing} failed{where} ({name})"
    if error.errno in FULL:
        return NoSpace(
            f"{what}: no room left. Free some disk space and run it again; what was landed before still stands."
        )
    if error.errno in _REFUSED:
        return NotWritable(
            f"{what}: the data folder cannot be used. Give this user write access to it, or set FINAGO_DATA_DIR to "
            "another folder; what was landed before still stands."
        )
    return Environment(f"{what}: {error.strerror or 'unknown reason'}. What was landed before still stands.")


def append_line(path: Path, line: bytes) -> None:
    """Add a line to a private file, on the disk before this returns. Safe between processes; raises OSError."""
    files = Files()
    files.make_private(path.parent)
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC
    with os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
        os.fchmod(file.fileno(), 0o600)
        is_new = os.fstat(file.fileno()).st_size == 0
        file.write(_after_last_line(file.fileno()) + line + b"\n")
        os.fsync(file.fileno())
    if is_new:
        files.fsync_directory(path.parent)


def whole_lines(path: Path) -> list[bytes]:
    """Return the lines of such a file that hold a whole JSON object; none where there is no file."""
    lines = path.read_bytes().split(b"\n") if path.exists() else []
    return [line for line in lines if line.startswith(b"{") and line.endswith(b"}")]


def _after_last_line(file: int) -> bytes:
    """End a line that a crash left half written, so that it spoils no other."""
    size = os.fstat(file).st_size
    return b"" if size == 0 or os.pread(file, 1, size - 1) == b"\n" else b"\n"
