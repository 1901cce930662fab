"""A data folder that fails at a chosen call, the way a full or forbidden disk does."""

from __future__ import annotations

import errno
import io
import os
from typing import TYPE_CHECKING, BinaryIO, cast

from finago_assets.core.landing.files import Files

if TYPE_CHECKING:
    from pathlib import Path

    from typing_extensions import Buffer


class FaultyFiles(Files):
    """Fails the call numbered `at` with error `code`, counted from 0 over creations, writes, fsyncs and renames."""

    def __init__(self, at: int, code: int = errno.ENOSPC) -> None:
        self.calls = 0
        self._left = at
        self._code = code
        self.failed: str | None = None

    def count(self, call: str) -> None:
        if self._left == 0:
            self.failed = call
        self._left -= 1
        self.calls += 1
        if self.failed is not None:  # a full disk stays full
            raise OSError(self._code, os.strerror(self._code))

    def create(self, path: Path) -> BinaryIO:
        self.count("create")
        with super().create(path) as file:
            return cast("BinaryIO", io.BufferedRandom(_Counting(self, os.dup(file.fileno()))))

    def fsync(self, file: BinaryIO) -> None:
        self.count("fsync")
        super().fsync(file)

    def fsync_directory(self, path: Path) -> None:
        self.count("fsync directory")
        super().fsync_directory(path)

    def replace(self, source: Path, target: Path) -> None:
        self.count("rename")
        super().replace(source, target)


class _Counting(io.FileIO):
    def __init__(self, files: FaultyFiles, descriptor: int) -> None:
        super().__init__(descriptor, "r+")
        self._files = files

    def write(self, data: Buffer, /) -> int:
        self._files.count("write")
        return super().write(data)
