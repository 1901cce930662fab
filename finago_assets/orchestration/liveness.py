"""Whether the process of a run still lives: written down by each run of ours, read by whoever meets it later.

Owns the note that a run keeps in the instance's key-value store, and the verdict on it. A run of another code location
keeps no note and is never judged.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import dagster as dg
import msgspec

from finago_assets.core.processes import Process, is_running, this_process
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BEAT_SECONDS: Final = 15.0
# six beats: a machine that swaps, or a database that is busy, may miss a few
SILENT_AFTER: Final = timedelta(seconds=90)
_UNDER_WAY: Final = (dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)


class Note(msgspec.Struct, frozen=True):
    """Which process executes a run, and when it last said so."""

    process: Process
    seen_at: datetime


@contextmanager
def beating(
    instance: dg.DagsterInstance, run_id: str, *, now: Callable[[], datetime] = utc_now, every: float = BEAT_SECONDS
) -> Iterator[None]:
    """Keep the note of a run fresh from a thread, as long as this process executes it."""
    over = Event()
    process = this_process()

    def beat() -> None:
        while not over.wait(every):
            _write_note(instance, run_id, Note(process, now()))

    _write_note(instance, run_id, Note(process, now()))
    thread = Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def cause_of_death(instance: dg.DagsterInstance, run_id: str, now: datetime) -> str | None:
    """Return why a run that is under way can go no further, None while it lives or nobody can tell."""
    note = _read_note(instance, run_id)
    if note is None:
        return None
    process = note.process
    running = is_running(process)
    if running is None and now - note.seen_at > SILENT_AFTER:
        silence = f"has not been heard of since {note.seen_at:%Y-%m-%d %H:%M:%S} UTC"
        return f"Its process, {process.pid} on {process.host}, {silence}."
    if running is False:
        return (
            f"Its process, {process.pid} on {process.host}, is gone: killed, or its machine was switched off. "
            "What it had landed stands."
        )
    return None


def find_dead_runs(instance: dg.DagsterInstance, now: datetime | None = None) -> dict[str, str]:
    """Return the runs that count as under way although their process is gone, with the reason for each."""
    found = {
        run.run_id: cause_of_death(instance, run.run_id, now or utc_now())
        for run in instance.get_runs(dg.RunsFilter(statuses=list(_UNDER_WAY)))
    }
    return {run_id: reason for run_id, reason in found.items() if reason is not None}


def end_dead_runs(instance: dg.DagsterInstance, now: datetime | None = None) -> dict[str, str]:
    """Mark dead runs failed, so that they hold up no other; return the reason for each.

    A run that was being canceled ends as canceled.
    """
    ended: dict[str, str] = {}
    for run_id, reason in find_dead_runs(instance, now).items():
        # between the two looks it may have ended by itself
        run = instance.get_run_by_id(run_id)
        if run is None or run.status not in _UNDER_WAY:
            continue
        if run.status is dg.DagsterRunStatus.CANCELING:
            instance.report_run_canceled(run, reason)
        else:
            instance.report_run_failed(run, reason)
        ended[run_id] = reason
    return ended


def _make_cursor_key(run_id: str) -> str:
    return f"finago/process/{run_id}"


def _write_note(instance: dg.DagsterInstance, run_id: str, note: Note) -> None:
    # any database's error: a missed beat is harmless, the next one comes
    with suppress(Exception):
        instance.run_storage.set_cursor_values({_make_cursor_key(run_id): msgspec.json.encode(note).decode()})


def _read_note(instance: dg.DagsterInstance, run_id: str) -> Note | None:
    text = instance.run_storage.get_cursor_values({_make_cursor_key(run_id)}).get(_make_cursor_key(run_id))
    return None if not text else msgspec.json.decode(text, type=Note)
