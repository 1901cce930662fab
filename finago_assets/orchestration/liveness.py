"""Whether the process of a run still lives: written down by each run of ours, read by whoever meets it later.

Owns the notes of a run in the instance's key-value store (who started it, who executes it), and the verdict on them. A
run that is executed by another code location keeps no note of that and is judged until it has started, not after.
"""

from __future__ import annotations

import json
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from threading import Event, Thread
from typing import TYPE_CHECKING, Final

import dagster as dg
import msgspec
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._core.storage.tags import GRPC_INFO_TAG

from finago_assets.core.processes import Process, is_running, this_process
from finago_assets.core.windows import utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BEAT_SECONDS: Final = 15.0
# six beats: a machine that swaps, or a database that is busy, may miss a few
SILENT_AFTER: Final = timedelta(seconds=90)
_UNDER_WAY: Final = (dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING)
# a code server with nothing to do answers in milliseconds; one that is loading code takes its time
_ANSWER_SECONDS: Final = 10


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

    def write() -> None:
        _write_note(instance, _make_process_key(run_id), msgspec.json.encode(Note(process, now())))

    def beat() -> None:
        while not over.wait(every):
            write()

    write()
    thread = Thread(target=beat, name="heartbeat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def note_start(instance: dg.DagsterInstance, run_id: str) -> None:
    """Write down that this process asks a code server to start a run."""
    _write_note(instance, _make_start_key(run_id), msgspec.json.encode(this_process()))


def cause_of_death(instance: dg.DagsterInstance, run: dg.DagsterRun, now: datetime) -> str | None:
    """Return why a run that is under way can go no further, None while it lives or nobody can tell."""
    text = _read_note(instance, _make_process_key(run.run_id))
    if text is None:
        return None if run.status is dg.DagsterRunStatus.STARTED else _cause_of_no_start(instance, run)
    note = msgspec.json.decode(text, type=Note)
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


def _cause_of_no_start(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str | None:
    """Judge a run that a code server was asked to start, and that has not said a word yet.

    Dagster waits for it as long as `start_timeout_seconds`: runs that were killed with everything else in the seconds
    in which they load the code filled the queue for five minutes.
    """
    text = _read_note(instance, _make_start_key(run.run_id))
    if text is None:
        return None
    asker = msgspec.json.decode(text, type=Process)
    if is_running(asker) is not False or _has_it_under_way(run):
        return None
    return (
        f"It was killed before its first step: the process that started it, {asker.pid} on {asker.host}, is gone, and "
        "no code server has it under way. Nothing was landed."
    )


def _has_it_under_way(run: dg.DagsterRun) -> bool:
    """Ask the code server that was told to start it; one that is gone has nothing under way."""
    # gRPC is loaded by nobody whose runs start
    from dagster._grpc.client import DagsterGrpcClient  # noqa: PLC0415
    from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult  # noqa: PLC0415

    told = run.tags.get(GRPC_INFO_TAG)
    if told is None:
        return False
    try:
        answer = DagsterGrpcClient(**json.loads(told)).can_cancel_execution(
            CanCancelExecutionRequest(run_id=run.run_id), timeout=_ANSWER_SECONDS
        )
    except DagsterUserCodeUnreachableError:
        return False
    return dg.deserialize_value(answer, CanCancelExecutionResult).can_cancel


def find_dead_runs(instance: dg.DagsterInstance, now: datetime | None = None) -> dict[str, str]:
    """Return the runs that count as under way although their process is gone, with the reason for each."""
    found = {
        run.run_id: cause_of_death(instance, run, now or utc_now())
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


def _make_process_key(run_id: str) -> str:
    return f"finago/process/{run_id}"


def _make_start_key(run_id: str) -> str:
    return f"finago/start/{run_id}"


def _write_note(instance: dg.DagsterInstance, key: str, value: bytes) -> None:
    # any database's error: a missed note is harmless, a beat's next one comes
    with suppress(Exception):
        instance.run_storage.set_cursor_values({key: value.decode()})


def _read_note(instance: dg.DagsterInstance, key: str) -> str | None:
    return instance.run_storage.get_cursor_values({key}).get(key) or None
