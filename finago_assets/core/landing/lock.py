"""The file lock around a DuckDB file: held by the kernel for a process, so that a killed holder frees it at once.

Owns waiting and its end. There is no fairness: whoever looks first after a release has it.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from filelock import FileLock, Timeout

from finago_assets.core.errors import Locked
from finago_assets.core.landing.files import Files, typed_errors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def _silent() -> None: ...


@contextmanager
def warehouse_lock(path: Path, patience_seconds: float, on_wait: Callable[[], None] = _silent) -> Iterator[None]:
    """Hold the lock file at `path`. `on_wait` is called once if somebody else has it.

    Raises Locked after `patience_seconds`; also in a thread of the same process, which would otherwise wait for itself.
    """
    # a lock file that must be removed by its holder would survive SIGKILL: no fallback to one
    lock = FileLock(path, mode=0o600, fallback_to_soft=False)
    with typed_errors(f"Locking {path.name}"):
        Files().make_private(path.parent)
        _acquire(lock, path, patience_seconds, on_wait)
    try:
        yield
    finally:
        lock.release()


def _acquire(lock: FileLock, path: Path, patience_seconds: float, on_wait: Callable[[], None]) -> None:
    try:
        lock.acquire(timeout=0)
    except Timeout:
        on_wait()
    else:
        return
    try:
        lock.acquire(timeout=patience_seconds)
    except Timeout:
        raise Locked(
            f"Another process has held {path} for more than {patience_seconds:.0f} s. Wait for the other run to end, "
            f"or find it with `fuser {path}`; the lock goes when its holder does, so never delete the file."
        ) from None
