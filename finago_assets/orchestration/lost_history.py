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
    from collections.abc import Callable, Iterator
    from types import TracebackType

# sysexits.h: an error while doing input or output
HISTORY_LOST: Final = 74
_FILE_FAULTS: Final = (
    "disk is full",
    "disk i/o error",
    "readonly database",
    "unable to open database",
)
# of PostgreSQL: not there, going away, full, or one that may only be read
_SERVER_FAULTS: Final = (
    "connection refused",
    "could not connect",
    "connection to server",
    "server closed the connection",
    "terminating connection",
    "the database system is",
    "too many clients",
    "no space left",
    "read-only transaction",
)
_MEND_FILES: Final = (
    "Make room on its disk, or give this user write access to it (DAGSTER_HOME, or data/dagster), and run it again."
)
_MEND_SERVER: Final = (
    "See that its PostgreSQL runs, can be reached from here and has room on its disk (its address stands in "
    "dagster.yaml of DAGSTER_HOME), and run it again."
)


def cannot_be_written(error: BaseException) -> bool:
    """Tell whether an error says that the history's disk is full, read-only or broken, or its server gone."""
    return _mend(error) is not None


def leave(error: BaseException, end: Callable[[int], Any] = os._exit) -> None:
    """Say the sentence and end this process; nothing that would write an event may run on the way out."""
    print(  # noqa: T201  there is no log to write to
        f"The run history cannot be written ({_first_line(_cause(error))}), so this stops here. {_mend(error)} What "
        "was landed before stands, and so does the published warehouse.",
        file=sys.stderr,
        flush=True,
    )
    end(HISTORY_LOST)


def _mend(error: BaseException) -> str | None:
    """Return what helps; None for an error that is none of a history's."""
    chain = list(_wrapped_errors(error))
    if not any(isinstance(one, (sqlite3.Error, DBAPIError)) for one in chain):
        return None
    said = f"{chain[-1]}".lower()
    if isinstance(chain[-1], sqlite3.Error):
        return _MEND_FILES if any(word in said for word in _FILE_FAULTS) else None
    return _MEND_SERVER if any(word in said for word in _SERVER_FAULTS) else None


def _first_line(error: BaseException) -> str:
    # a driver's further lines are hints, and may repeat an address
    return f"{error}".strip().partition("\n")[0]


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
    return list(_wrapped_errors(error))[-1]


def _wrapped_errors(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and what it wraps, one within the other, up to SQLite's own."""
    inner: BaseException | None = error
    while inner is not None:
        yield inner
        if isinstance(inner, sqlite3.Error):
            return
        inner = inner.orig if isinstance(inner, DBAPIError) else inner.__cause__ or inner.__context__
