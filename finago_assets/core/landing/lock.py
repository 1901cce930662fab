"""File locks, held by the kernel for a process, so that a killed holder frees them at once.

Owns waiting, its order and its end. A plain lock goes to whoever looks first after a release, a queued one to whoever
asked first. Knows nothing of what is locked.
"""

from __future__ import annotations

import re
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from filelock import FileLock, Timeout

from finago_assets.core.errors import Locked
from finago_assets.core.landing.files import Files, typed_errors
from finago_assets.core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POLL_SECONDS: Final = 0.2
_TICKET: Final = re.compile(r"(?P<number>[0-9]{12})-(?P<who>[A-Za-z0-9_-]{1,64})")


@contextmanager
def file_lock(path: Path, patience_seconds: float) -> Iterator[None]:
    """Hold the lock file at `path`: for what takes seconds, where order does not matter.

    Raises Locked after `patience_seconds`; also in a thread of the same process, which would otherwise wait for itself.
    """
    with typed_errors(f"Locking {path.name}"):
        Files().make_private(path.parent)
        lock = _make_lock(path)
        try:
            lock.acquire(timeout=patience_seconds)
        except Timeout:
            raise _locked(path, "Another process", patience_seconds) from None
    try:
        yield
    finally:
        lock.release()


@contextmanager
def queued_lock(
    path: Path,
    patience_seconds: float,
    *,
    who: str = "somebody",
    on_wait: Callable[[str], None] = silent,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Hold the lock file at `path`, first come, first served. `who` names the holder to those who wait.

    `on_wait` is told who is first in the queue, and again whenever that changes. Patience is counted for one holder: a
    long queue that moves is waited out. Raises Locked when the same one stays first for more than `patience_seconds`.
    """
    # One of three builds was seen to wait a quarter of an hour behind later ones: a bare lock has no order.
    with typed_errors(f"Locking {path.name}"):
        Files().make_private(path.parent)
        queue = path.with_name(f"{path.name}.queue")
        Files().make_private(queue)
        ticket = _draw(queue, who)
    try:
        with typed_errors(f"Locking {path.name}"):
            _await_turn(ticket, path, patience_seconds, on_wait, sleep)
        with file_lock(path, patience_seconds):
            yield
    finally:
        _give_back(ticket)


def _make_lock(path: Path) -> FileLock:
    # a lock file that must be removed by its holder would survive SIGKILL: no fallback to one
    return FileLock(path, mode=0o600, fallback_to_soft=False)


def _guard(queue: Path) -> FileLock:
    """The short lock under which tickets are drawn, looked at and removed."""
    return _make_lock(queue / "guard")


def _draw(queue: Path, who: str) -> FileLock:
    """Return a ticket behind all others: a file that its owner keeps locked, so that a dead owner's can be told."""
    with _guard(queue):
        last = max((int(name["number"]) for name, _ in _tickets(queue)), default=0)
        name = re.sub(r"[^A-Za-z0-9_-]", "-", who)[:64] or "somebody"
        ticket = _make_lock(queue / f"{last + 1:012d}-{name}")
        ticket.acquire(timeout=0)
    return ticket


def _give_back(ticket: FileLock) -> None:
    path = _path_of(ticket)
    with _guard(path.parent):
        path.unlink(missing_ok=True)
        ticket.release()


def _await_turn(
    ticket: FileLock,
    path: Path,
    patience_seconds: float,
    on_wait: Callable[[str], None],
    sleep: Callable[[float], None],
) -> None:
    mine, holder, waited = _path_of(ticket), "", 0.0
    while (first := _first_alive(mine)) != mine:
        if first.name != holder:
            holder, waited = first.name, 0.0
            on_wait(_who(first))
        if waited >= patience_seconds:
            raise _locked(path, _who(first), patience_seconds)
        sleep(POLL_SECONDS)
        waited += POLL_SECONDS


def _first_alive(mine: Path) -> Path:
    """Return the first ticket whose owner lives; remove those of the dead before it."""
    with _guard(mine.parent):
        for _, path in _tickets(mine.parent):
            if path == mine or _is_held(path):
                return path
            path.unlink(missing_ok=True)
    return mine


def _is_held(ticket: Path) -> bool:
    lock = _make_lock(ticket)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return True
    lock.release()
    return False


def _tickets(queue: Path) -> list[tuple[re.Match[str], Path]]:
    named = ((_TICKET.fullmatch(path.name), path) for path in queue.iterdir())
    return sorted(((name, path) for name, path in named if name is not None), key=lambda found: found[1].name)


def _path_of(ticket: FileLock) -> Path:
    return Path(ticket.lock_file)


def _who(ticket: Path) -> str:
    return ticket.name.partition("-")[2]


def _locked(path: Path, who: str, seconds: float) -> Locked:
    return Locked(
        f"{who} has held {path} for more than {seconds:.0f} s. Wait for the other run to end, "
        f"or find it with `fuser {path}`; the lock goes when its holder does, so never delete the file."
    )
