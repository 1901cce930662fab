"""T13: whatever is killed, and whenever, holds up nothing afterwards."""

from __future__ import annotations

import random
import subprocess
import time
from functools import partial
from subprocess import PIPE
from typing import TYPE_CHECKING

import dagster as dg
import pytest

from tests.daemon.instance import ROOT, SHIPPED, Instance, command_path, dagster_instance

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from finago_assets.sandbox.server import Running

pytestmark = pytest.mark.slow
MOMENTS = 4
A_MINUTE = 60.0
JANUARY = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-31"}


@pytest.fixture
def instance(office: Running, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Instance]:
    office.control.set_faults()
    with dagster_instance(tmp_path_factory.mktemp("dead"), office.environment()) as made:
        yield made


def test_after_everything_is_killed_the_next_run_starts_within_a_minute(instance: Instance) -> None:
    moments = random.Random(13)
    took = []
    instance.start()
    for _ in range(MOMENTS):
        before = set(instance.runs())
        killed = [instance.launch(instance.assets(), JANUARY), instance.launch(["finago/customers"])]
        time.sleep(moments.uniform(0.5, 25))
        instance.kill()
        instance.start()
        following = instance.launch(["finago/currencies"])
        took.append(instance.wait_for(partial(_left_the_queue, instance, following), "the next run", A_MINUTE))
        assert instance.await_run(following) == "SUCCESS"
        assert set(killed) <= set(instance.runs()) - before
    print(f"T13: the next run left the queue after {max(took):.0f} s at most, {MOMENTS} of {MOMENTS}")


def test_a_run_that_was_killed_while_it_loaded_its_code_gives_its_place_away(office: Running, tmp_path: Path) -> None:
    office.control.set_faults()
    queue = {**SHIPPED["run_coordinator"], "config": {"max_concurrent_runs": 1}}
    with dagster_instance(tmp_path / "loading", office.environment(), run_coordinator=queue) as instance:
        instance.start()
        killed = instance.launch(["finago/customers"])
        instance.wait_for(lambda: instance.status(killed) == "STARTING", "the run to load its code")
        instance.kill()
        instance.start()
        following = instance.launch(["finago/currencies"])
        instance.wait_for(partial(_left_the_queue, instance, following), "the next run", A_MINUTE)
        assert instance.status(killed) == "FAILURE"
        assert any("killed before its first step" in message for message in instance.messages(killed))
        assert instance.await_run(following) == "SUCCESS"


def test_a_killed_run_is_marked_failed_with_the_reason_and_run_again_once(instance: Instance) -> None:
    instance.start()
    # who is killed while building is test_kill_while_building's
    run = instance.launch(instance.assets(lambda name, _: name.startswith("finago/")), JANUARY)
    instance.wait_for(lambda: instance.status(run) == "STARTED", "the run to start")
    instance.wait_for(lambda: any((instance.data / "raw").rglob("data.parquet")), "something to land")
    instance.kill()
    instance.start()
    noticed = instance.wait_for(lambda: instance.status(run) == "FAILURE", "the dead run to be noticed", A_MINUTE)
    print(f"a dead run was noticed {noticed:.0f} s after the restart")
    assert any("is gone" in message for message in instance.messages(run)), instance.messages(run)[-5:]
    instance.wait_for(lambda: _children(instance, run) != [], "its re-execution", A_MINUTE)
    (again,) = _children(instance, run)
    assert instance.await_run(again) == "SUCCESS", instance.failures(again)


def test_a_killed_command_is_noticed_by_the_next_command_without_any_daemon(instance: Instance) -> None:
    command = [command_path("dagster"), "asset", "materialize", "-m", "finago_assets.definitions", "--select"]
    everything = [*command, "*", "--partition-range", "2024-01-01...2024-12-31"]
    with (
        dg.DagsterInstance.from_config(str(instance.home)) as history,
        subprocess.Popen(everything, env=instance.environment, cwd=ROOT, stdout=PIPE, stderr=PIPE) as first,
    ):
        instance.wait_for(lambda: any((instance.data / "raw").rglob("data.parquet")), "something to land")
        first.kill()
        first.communicate()
        (dead,) = history.get_runs()
        assert dead.status is dg.DagsterRunStatus.STARTED
        following = [*command, "key:finago/currencies"]
        done = subprocess.run(
            following, env=instance.environment, cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        ended = history.get_run_by_id(dead.run_id)
        assert ended is not None
        assert ended.status is dg.DagsterRunStatus.FAILURE
    assert "was still under way in the books" in done.stdout + done.stderr


def _children(instance: Instance, run: str) -> list[str]:
    return [found for found, facts in instance.runs().items() if facts["parentRunId"] == run]


def _left_the_queue(instance: Instance, run: str) -> bool:
    return instance.status(run) not in {"QUEUED", "NOT_STARTED"}
