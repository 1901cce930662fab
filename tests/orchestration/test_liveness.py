"""A run whose process is gone ends, with the reason; a run that lives, or that nobody can judge, is left alone."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import dagster as dg
import grpc  # type: ignore[import-untyped]
import msgspec
import pytest
from dagster._core.launcher.base import LaunchRunContext
from dagster._grpc.__generated__ import dagster_api_pb2
from dagster._grpc.__generated__.dagster_api_pb2_grpc import DagsterApiServicer, add_DagsterApiServicer_to_server
from dagster._grpc.types import CanCancelExecutionRequest, CanCancelExecutionResult

from finago_assets.core.processes import Process, is_running, started, this_process
from finago_assets.orchestration.liveness import SILENT_AFTER, Note, beating, end_dead_runs

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 3, 1, 4, 15, tzinfo=UTC)
STARTING, STARTED, CANCELING = (
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
)
LAUNCHER = "finago_assets.orchestration.launcher"
WATCHFUL = {
    "run_launcher": {"module": LAUNCHER, "class": "WatchfulRunLauncher"},
    "run_coordinator": {"module": LAUNCHER, "class": "WatchfulRunCoordinator", "config": {"max_concurrent_runs": 4}},
}


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


def _starting(
    instance: dg.DagsterInstance,
    asker: Process | None,
    code_server: int | None = None,
    status: dg.DagsterRunStatus = STARTING,
) -> str:
    """A run that a code server was asked to start."""
    tags = {} if code_server is None else {".dagster/grpc_info": json.dumps({"host": "localhost", "port": code_server})}
    run = instance.create_run_for_job(idle, status=status, tags=tags)
    if asker is not None:
        instance.run_storage.set_cursor_values({f"finago/start/{run.run_id}": msgspec.json.encode(asker).decode()})
    return run.run_id


class CodeServer(DagsterApiServicer):
    """Says of one run, and of no other, that it has it under way."""

    run: str

    def CanCancelExecution(self, request, _context):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201, N802
        asked = dg.deserialize_value(request.serialized_can_cancel_execution_request, CanCancelExecutionRequest)
        said = dg.serialize_value(CanCancelExecutionResult(can_cancel=asked.run_id == self.run))
        return dagster_api_pb2.CanCancelExecutionReply(serialized_can_cancel_execution_result=said)


@pytest.fixture
def code_server() -> Iterator[tuple[CodeServer, int]]:
    server, ours = grpc.server(ThreadPoolExecutor(1)), CodeServer()
    add_DagsterApiServicer_to_server(ours, server)  # type: ignore[no-untyped-call]
    port = server.add_insecure_port("localhost:0")
    server.start()
    yield ours, port
    server.stop(None).wait()


def test_a_run_that_was_killed_with_everything_before_it_started_is_failed_with_the_reason(
    instance: dg.DagsterInstance, code_server: tuple[CodeServer, int]
) -> None:
    server, port = code_server
    runs = [_starting(instance, _gone(), port), _starting(instance, _gone(), 1), _starting(instance, _gone())]
    server.run = "another"
    ended = end_dead_runs(instance, NOW)
    assert sorted(ended) == sorted(runs)
    assert "killed before its first step" in ended[runs[0]]
    assert {_status(instance, run) for run in runs} == {dg.DagsterRunStatus.FAILURE}


def test_a_run_that_was_being_canceled_before_it_started_ends_as_canceled(instance: dg.DagsterInstance) -> None:
    run, other = (_starting(instance, _gone(), 1, status) for status in (CANCELING, STARTED))
    assert list(end_dead_runs(instance, NOW)) == [run]
    assert _status(instance, run) is dg.DagsterRunStatus.CANCELED
    assert _status(instance, other) is STARTED  # of another code location, which keeps no note of its process


def test_a_run_about_to_start_is_left_alone_where_its_starter_lives_or_its_code_server_has_it_or_nobody_can_tell(
    instance: dg.DagsterInstance, code_server: tuple[CodeServer, int]
) -> None:
    server, port = code_server
    server.run = _starting(instance, _gone(), port)
    elsewhere = msgspec.structs.replace(this_process(), host="elsewhere")
    alive = [server.run, *(_starting(instance, asker, 1) for asker in (this_process(), elsewhere, None))]
    assert end_dead_runs(instance, NOW + timedelta(days=1)) == {}
    assert {_status(instance, run) for run in alive} == {STARTING}


def test_the_queue_gives_the_places_of_dead_runs_away_before_it_counts_them() -> None:
    with dg.instance_for_test(overrides=WATCHFUL) as instance:
        dead = [_starting(instance, _gone()) for _ in range(4)]
        alive = _starting(instance, this_process())
        limits = instance.get_concurrency_config().run_queue_config
        assert limits is not None
        assert limits.max_concurrent_runs == 4
        assert {_status(instance, run) for run in dead} == {dg.DagsterRunStatus.FAILURE}
        assert _status(instance, alive) is STARTING


def test_a_launched_run_keeps_who_asked_for_it_before_a_code_server_is_asked() -> None:
    with dg.instance_for_test(overrides=WATCHFUL) as instance:
        run = instance.get_run_by_id(_starting(instance, None))
        assert run is not None
        with pytest.raises(dg.DagsterInvariantViolationError, match="requires a workspace"):
            instance.run_launcher.launch_run(LaunchRunContext(dagster_run=run, workspace=None))
        key = f"finago/start/{run.run_id}"
        kept = msgspec.json.decode(instance.run_storage.get_cursor_values({key})[key], type=Process)
        assert kept == this_process()


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
