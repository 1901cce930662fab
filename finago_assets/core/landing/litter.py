"""Temporary files that say whose they are, so that the litter of a dead process can be told from work in progress.

Owns the name `.<stem>.<host>.<pid>.<start>.<token>.tmp`; host carries the PID namespace, start is the process's own.
Parts (`parts.py`) outlive their process on purpose, and go when nobody can want to resume from them any more.
"""

from __future__ import annotations

import os
import re
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from finago_assets.core.processes import machine, started

if TYPE_CHECKING:
    from collections.abc import Iterable

_TEMPORARY_NAME = re.compile(r"\..+\.(?P<host>[A-Za-z0-9-]+)\.(?P<pid>\d+)\.(?P<start>\d+)\.[0-9a-f]+\.tmp(\.wal)?")
# another machine's process cannot be asked; a chain that has not written for a week is not running
FOREIGN_AFTER_SECONDS: Final = 7 * 24 * 3600
PART: Final = ".part"
PART_AFTER_SECONDS: Final = 7 * 24 * 3600


def temporary(directory: Path, stem: str) -> Path:
    """Return a name for a temporary file of this process, unique for each call."""
    return directory / f".{stem}.{_owner(os.getpid())}.{token_hex(8)}.tmp"


@lru_cache(maxsize=1)
def _owner(pid: int) -> str:
    return f"{machine()}.{pid}.{started(pid) or 0}"


def remove_litter(directories: Iterable[Path]) -> int:
    """Remove litter of dead processes and last week's parts, directly in the folders; return how many files went."""
    return sum(_remove_unwanted(path) for directory in directories for path in _temporaries(directory))


def _temporaries(directory: Path) -> list[Path]:
    with suppress(FileNotFoundError, NotADirectoryError), os.scandir(directory) as entries:
        return [Path(entry) for entry in entries if entry.name.startswith(".") and _is_ours(entry.name)]
    return []


def _is_ours(name: str) -> bool:
    return ".tmp" in name or name.endswith(PART)


def _remove_unwanted(path: Path) -> bool:
    with suppress(FileNotFoundError):
        if not _is_wanted(path):
            path.unlink()
            return True
    return False


def _is_wanted(path: Path) -> bool:
    if path.name.endswith(PART):
        return time.time() - path.stat().st_mtime < PART_AFTER_SECONDS
    owner = _TEMPORARY_NAME.fullmatch(path.name)
    return owner is None or _alive(path, owner["host"], int(owner["pid"]), int(owner["start"]))


def _alive(path: Path, host: str, pid: int, start: int) -> bool:
    if host != machine():
        return time.time() - path.stat().st_mtime < FOREIGN_AFTER_SECONDS
    found = started(pid)
    return found is not None and found in (0, start)
