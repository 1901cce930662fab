"""Which process this is, and whether another one still runs: by process id and start time on this machine.

Owns the reading of both. A process id alone is given again after a while, and after every restart of the machine.
"""

from __future__ import annotations

import os
import re
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")
_NAMESPACE: Final = Path("/proc/self/ns/pid")


class Process(msgspec.Struct, frozen=True):
    """One process: its machine's name, that machine's start, the namespace that its id counts in, id and own start.

    `start` is in clock ticks after the machine's start, 0 where it cannot be told.
    """

    host: str
    boot: str
    namespace: int
    pid: int
    start: int


def this_process() -> Process:
    """Return the process that asks."""
    pid = os.getpid()
    return Process(socket.gethostname(), _boot(), _namespace(), pid, started(pid) or 0)


def is_running(process: Process) -> bool | None:
    """Tell whether it runs; None where this machine cannot know, since it is another's or another namespace's."""
    here = this_process()
    if process.host != here.host:
        return None
    if process.boot != here.boot:
        return False
    if process.namespace != here.namespace:
        return None
    found = started(process.pid)
    return found is not None and (found == process.start or 0 in {found, process.start})


def machine() -> str:
    """Return this machine's name with the namespace that process ids count in, fit for a file name."""
    return re.sub(r"[^A-Za-z0-9-]", "-", socket.gethostname())[:64] + f"-{_namespace()}"


def started(pid: int) -> int | None:
    """Return the start in clock ticks after boot, 0 where it cannot be told, None when there is no such process."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return 0 if _exists(pid) else None
    state, *rest = text.rpartition(")")[2].split()
    return None if state in "ZX" else int(rest[18])


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _boot() -> str:
    with suppress(OSError):
        return _BOOT.read_text(encoding="ascii").strip()
    return ""


def _namespace() -> int:
    with suppress(OSError):
        return _NAMESPACE.stat().st_ino
    return 0
