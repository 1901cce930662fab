"""What is said when the run history itself cannot be written: one sentence and an exit status, whoever ran into it.

Owns recognizing that, the words, and the way out. Every further event would fail too, the failure of the run first of
all, and Dagster then ends in a stack trace of its own database code, which says neither what happened nor what to do.
"""

from __future__ import annotations

import os
import sqlite3
import sys
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.exc import DBAPIError

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

# sysexits.h: an error while doing input or output
HISTORY_LOST: Final = 74
_DISK_FAULTS: Final = (
    "disk is full",
    "disk i/o error",
    "readonly database",
    "unable to open database",
    "no space left",
)


def cannot_be_written(error: BaseException) -> bool:
    """Tell whether an error says that the disk of the history is full, read-only or broken."""
    cause = _cause(error)
    return isinstance(cause, (sqlite3.Error, DBAPIError)) and any(word in str(cause).lower() for word in _DISK_FAULTS)


def leave(error: BaseException, end: Callable[[int], Any] = os._exit) -> None:
    """Say the sentence and end this process; nothing that would write an event may run on the way out."""
    print(  # noqa: T201  there is no log to write to
        f"The run history cannot be written ({_cause(error)}), so this stops here. Make room on its disk, or give this "
        "user write access to it (DAGSTER_HOME, or data/dagster), and run it again. What was landed before stands, and "
        "so does the published warehouse.",
        file=sys.stderr,
        flush=True,
    )
    end(HISTORY_LOST)


def watch_uncaught() -> None:
    """Let an error that nobody catches end that way too: a run is written down before any code of ours executes it."""
    before = sys.excepthook

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if cannot_be_written(error):
            leave(error)
        before(kind, error, trace)

    sys.excepthook = hook


def _cause(error: BaseException) -> BaseException:
    """Return what the database's own driver said; Dagster and SQLAlchemy each wrap it."""
    while True:
        inner = error.orig if isinstance(error, DBAPIError) else error.__cause__ or error.__context__
        if inner is None or isinstance(error, sqlite3.Error):
            return error
        error = inner
