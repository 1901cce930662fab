"""A run whose process is gone ends, with the reason; a run that lives, or that nobody can judge, is left alone."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg
import msgspec
import pytest

from finago_assets.core.processes import Process, is_running, started, this_process
from finago_assets.orchestration.liveness import SILENT_AFTER, Note, beating, end_dead_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 1, 4, 15, tzinfo=UTC)
STARTED, CANCELING = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING


@dg.op
def nothing() -> None: ...


@dg.job
def idle() -> None:
    nothing()


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as made:
        yield made


def _run(instance: dg.DagsterInstance, process: Process | None, seen_at: datetime = NOW, status=STARTED) -> str:  # type: ignore[no-untyped-def]  # noqa: ANN001
    run = instance.create_run_for_job(idle, status=status)
    if process is not None:
        note = msgspec.json.encode(Note(process, seen_at)).decode()
        instance.run_storage.set_cursor_values({f"finago/process/{run.run_id}": note})
    return run.run_id


def _status(instance: dg.DagsterInstance, run: str) -> dg.DagsterRunStatus:
    found = instance.get_run_by_id(run)
    assert found is not None
    return found.status


def _gone() -> Process:
    """A process that ran on this machine a moment ago."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        made = msgspec.structs.replace(this_process(), pid=child.pid, start=started(child.pid) or 0)
        assert is_running(made)
        child.kill()
    assert is_running(made) is False
    return made


def test_a_run_whose_process_was_killed_is_failed_with_the_reason(instance: dg.DagsterInstance) -> None:
    run = _run(instance, _gone())
    ended = end_dead_runs(instance, NOW)
    assert list(ended) == [run]
    assert "is gone" in ended[run]
    assert _status(instance, run) is dg.DagsterRunStatus.FAILURE
    assert end_dead_runs(instance, NOW) == {}


def test_a_run_that_was_being_canceled_ends_as_canceled(instance: dg.DagsterInstance) -> None:
    run = _run(instance, _gone(), status=CANCELING)
    assert list(end_dead_runs(instance, NOW)) == [run]
    assert _status(instance, run) is dg.DagsterRunStatus.CANCELED


def test_a_process_id_that_was_given_to_another_process_is_no_sign_of_life(instance: dg.DagsterInstance) -> None:
    here = this_process()
    run = _run(instance, msgspec.structs.replace(here, start=here.start + 1))
    assert list(end_dead_runs(instance, NOW)) == [run]


def test_a_restart_of_the_machine_ends_its_runs(instance: dg.DagsterInstance) -> None:
    run = _run(instance, msgspec.structs.replace(this_process(), boot="another"))
    assert list(end_dead_runs(instance, NOW)) == [run]


@pytest.mark.parametrize("change", [{"host": "elsewhere"}, {"namespace": 1}], ids=["another host", "another container"])
def test_a_run_that_cannot_be_seen_from_here_lives_as_long_as_it_says_so(
    instance: dg.DagsterInstance, change: dict[str, str | int]
) -> None:
    process = msgspec.structs.replace(this_process(), **change)
    alive, silent = _run(instance, process, NOW - SILENT_AFTER), _run(instance, process, NOW - 2 * SILENT_AFTER)
    ended = end_dead_runs(instance, NOW)
    assert list(ended) == [silent]
    assert "has not been heard of since 2026-03-01 04:12:00 UTC" in ended[silent]
    assert _status(instance, alive) is STARTED


def test_a_living_run_and_one_that_keeps_no_note_are_left_alone(instance: dg.DagsterInstance) -> None:
    own, strange = _run(instance, this_process()), _run(instance, None)
    assert end_dead_runs(instance, NOW + timedelta(days=1)) == {}
    assert {_status(instance, run) for run in (own, strange)} == {STARTED}


def test_a_heartbeat_says_who_and_when_until_it_ends(tmp_path: Path) -> None:
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        _listen(instance)


def _listen(instance: dg.DagsterInstance) -> None:
    times = iter(NOW + timedelta(seconds=second) for second in range(1_000_000))
    run = _run(instance, None)
    with beating(instance, run, now=lambda: next(times), every=0.001):
        while _note(instance, run).seen_at < NOW + timedelta(seconds=3):
            pass
        assert _note(instance, run).process == this_process()
    last = _note(instance, run)
    assert next(times) - last.seen_at == timedelta(seconds=1)


def _note(instance: dg.DagsterInstance, run: str) -> Note:
    key = f"finago/process/{run}"
    return msgspec.json.decode(instance.run_storage.get_cursor_values({key})[key], type=Note)
