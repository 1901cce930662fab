"""The shipped dagster.yaml as Dagster's own loader understands it, and where an instance made of it writes."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest
from dagster._core.instance.ref import InstanceRef
from dagster._core.run_coordinator import QueuedRunCoordinator

from finago_assets.dagster_command import dagster_environment, find_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SAID = "said by a step"


@dg.op
def say() -> str:
    sys.stdout.write(f"{SAID}\n")
    return "an output"


@dg.op
def hear(said: str) -> None:
    assert said == "an output"


@dg.job(executor_def=dg.in_process_executor)
def talk() -> None:
    hear(say())


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The folder that Dagster makes where DAGSTER_HOME is not set."""
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


@pytest.fixture
def top(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The top of a checkout, where a command is typed."""
    (tmp_path / "top").mkdir()
    # the paths in dagster.yaml are relative to it
    monkeypatch.chdir(tmp_path / "top")
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    return tmp_path / "top"


@pytest.fixture
def shipped(home: Path, top: Path) -> Iterator[dg.DagsterInstance]:
    """The instance of a command that is typed at the top of the checkout, without DAGSTER_HOME."""
    assert top.is_dir()
    with dg.DagsterInstance.from_ref(InstanceRef.from_dir(f"{home}", config_dir=f"{ROOT}")) as made:
        yield made


def _queue_limit(instance: dg.DagsterInstance) -> int:
    assert isinstance(instance.run_coordinator, QueuedRunCoordinator)
    return instance.run_coordinator.get_run_queue_config().max_concurrent_runs


SETTINGS: dict[str, tuple[Callable[[dg.DagsterInstance], Any], Any]] = {
    "dead runs are looked for": (lambda one: one.run_monitoring_enabled, True),
    "by somebody who can tell": (lambda one: one.run_launcher.supports_check_run_worker_health, True),
    "four times a minute": (lambda one: one.run_monitoring_poll_interval_seconds, 15),
    "once": (lambda one: one.run_retries_max_retries, 1),
    "a dead run is never resumed in its middle": (lambda one: one.run_monitoring_max_resume_run_attempts, 0),
    "dead runs are started again": (lambda one: one.run_retries_enabled, True),
    "a run with a failed step is not": (lambda one: one.run_retries_retry_on_asset_or_op_failure, False),
    "four runs at a time": (_queue_limit, 4),
    "nothing is told to others": (lambda one: one.telemetry_enabled, False),
    "nobody is asked for an address": (lambda one: one.nux_enabled, False),
}


@pytest.mark.parametrize("setting", SETTINGS)
def test_dagster_understands_what_the_file_says(shipped: dg.DagsterInstance, setting: str) -> None:
    told, expected = SETTINGS[setting]
    assert told(shipped) == expected


def test_history_logs_and_outputs_lie_below_the_data_folder_and_nothing_beside_it(
    shipped: dg.DagsterInstance, home: Path, top: Path
) -> None:
    with dg.execute_job(dg.reconstructable(talk), instance=shipped) as done:
        assert done.success
    assert [path.name for path in top.iterdir()] == ["data"]
    assert [path.name for path in (top / "data").iterdir()] == ["dagster"]
    assert {path.name for path in (top / "data" / "dagster").iterdir()} == {"history", "schedules", "storage"}
    kept = top / "data" / "dagster" / "storage" / done.run_id
    assert (kept / "say" / "result").is_file()
    (log,) = [path for path in (kept / "compute_logs").glob("*.out") if path.stat().st_size]
    assert log.read_text(encoding="utf-8") == f"{SAID}\n"
    assert list(home.iterdir()) == []


# killed in the middle of a run, with `kill -9`, before it can take anything away
KILLED = """
import os, signal
import dagster as dg
@dg.op
def die():
    os.kill(os.getpid(), signal.SIGKILL)
@dg.job(executor_def=dg.in_process_executor)
def work():
    die()
"""


@pytest.mark.parametrize("with_home", [True, False])
def test_a_command_that_is_killed_leaves_nothing_in_the_checkout_but_an_empty_folder_of_dagsters(
    top: Path, *, with_home: bool
) -> None:
    """`dagster` makes `.tmp_dagster_home_*` whenever DAGSTER_HOME is not set, whatever the file says."""
    shutil.copy(ROOT / "dagster.yaml", top)
    (top / "killed.py").write_text(KILLED)
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "PYTHONPATH") if name in os.environ}
    command = [f"{Path(sys.executable).with_name('dagster')}", "job", "execute", "-f", "killed.py", "-j", "work"]
    environment = kept | ({"DAGSTER_HOME": f"{top}"} if with_home else {})
    done = subprocess.run(command, env=environment, cwd=top, capture_output=True, text=True, check=False)
    assert done.returncode == -9, done.stderr[-2000:]
    assert (top / "data" / "dagster" / "history" / "runs.db").is_file()
    made = {path.name for path in top.iterdir()} - {"dagster.yaml", "killed.py", "__pycache__", "data"}
    assert len(made) == (0 if with_home else 1)
    assert [path for name in made for path in (top / name).iterdir()] == []


def test_commands_of_ours_name_the_home_so_that_dagster_makes_none() -> None:
    def home(**ours: str) -> str:
        return dagster_environment(find_place(ours), {}, ours)["DAGSTER_HOME"]

    assert home() == home(DAGSTER_HOME="") == f"{ROOT}"
    assert home(DAGSTER_HOME="/mine") == "/mine"


def test_commands_of_ours_do_not_pass_on_dagsters_advice_to_type_another_one(top: Path) -> None:
    environment = dagster_environment(
        find_place({}), {}, {"PATH": os.environ["PATH"], "PYTHONWARNINGS": "error::BytesWarning"}
    )
    command = ["dagster", "asset", "materialize", "-m", "there_is_none", "--select", "*"]
    done = subprocess.run(
        command, env={**environment, "DAGSTER_HOME": f"{top}"}, cwd=top, capture_output=True, text=True, check=False
    )
    assert "there_is_none" in done.stderr
    assert "superseded" not in done.stderr
    assert environment["PYTHONWARNINGS"].startswith("error::BytesWarning,")
