"""A Dagster instance as people run it: web server, daemon and code server as real processes, on a folder of its own.

Owns starting and killing them, and the GraphQL that the UI sends. What is expected of them is the tests'.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ROOT = Path(__file__).parents[2]
SHIPPED: dict[str, Any] = yaml.safe_load((ROOT / "dagster.yaml").read_text(encoding="utf-8"))
PATIENCE = 600.0
LOCATION = {"repositoryLocationName": "finago_assets", "repositoryName": "__repository__"}
IN_PROGRESS = {"QUEUED", "NOT_STARTED", "STARTING", "STARTED", "CANCELING"}

LAUNCH_BACKFILL = """mutation ($params: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $params) {
    __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
BACKFILL = """query ($id: String!) { partitionBackfillOrError(backfillId: $id) { __typename
    ... on PartitionBackfill { status error { message } runs(limit: 50) { id status } } } }"""
LAUNCH_RUN = """mutation ($params: ExecutionParams!) { launchRun(executionParams: $params) { __typename
    ... on LaunchRunSuccess { run { id } } ... on PythonError { message }
    ... on RunConfigValidationInvalid { errors { message } } } }"""
RUNS = """{ runsOrError(limit: 100) { ... on Runs { results { id status startTime creationTime rootRunId parentRunId
    tags { key value } } } } }"""
ASSETS = """{ assetNodes(pipeline: null) { assetKey { path } isPartitioned isMaterializable } }"""
EVENTS = """query ($id: ID!, $after: String) { logsForRun(runId: $id, afterCursor: $after, limit: 1000) {
    ... on EventConnection { cursor hasMore events { __typename
    ... on MessageEvent { message } ... on ExecutionStepFailureEvent { error { message } failureMetadata
    { description } } ... on RunFailureEvent { error { message } } } } } }"""


@dataclass
class Instance:
    """One instance. `environment` is what its processes are given; `data` is FINAGO_DATA_DIR."""

    home: Path
    data: Path
    environment: dict[str, str]
    port: int = 0
    started: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Where the UI is."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start everything; return when the definitions are loaded."""
        self.port = _free_port()
        command = [command_path("dagster"), "dev", "--port", f"{self.port}", "-w", str(ROOT / "workspace.yaml")]
        with (self.home / "dev.log").open("ab") as log:
            self.started.append(
                subprocess.Popen(
                    command, env=self.environment, cwd=ROOT, stdout=log, stderr=log, start_new_session=True
                )
            )
        self.wait_for(self._is_loaded, "the definitions to load")

    def kill(self) -> None:
        """Kill every process of this instance at once, as a power cut does; wait until they are gone."""
        victims = self.processes()
        for process in victims:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(victims, timeout=30)
        for started in self.started:
            started.wait()
        self.started.clear()

    def processes(self) -> list[psutil.Process]:
        """Every process that was given this instance's home, grandchildren and orphans too."""
        return [process for process in psutil.process_iter() if self._is_mine(process)]

    def _is_mine(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error, OSError):
            return process.pid != os.getpid() and process.environ().get("DAGSTER_HOME") == str(self.home)
        return False

    def _is_loaded(self) -> bool:
        with suppress(OSError, KeyError, TypeError):
            return len(self.ask(ASSETS)["assetNodes"]) > 0
        return False

    def wait_for(self, done: Callable[[], bool], what: str, patience: float = PATIENCE) -> float:
        """Wait; return the seconds it took."""
        began = time.monotonic()
        while not done():
            if time.monotonic() - began > patience:
                raise TimeoutError(f"waited {patience:.0f} s for {what}; {self._describe_runs()}")
            time.sleep(0.5)
        return time.monotonic() - began

    # -- what the UI sends

    def ask(self, query: str, **variables: object) -> Any:
        """Send one query; return its data."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(  # noqa: S310  our own server
            f"{self.address}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310  our own server
            said = json.loads(answer.read())
        if said.get("errors"):
            raise AssertionError(said["errors"])
        return said["data"]

    def assets(self, of: Callable[[str, bool], bool] = lambda _name, _partitioned: True) -> list[str]:
        """Every asset that can be materialized and that `of` chooses by name and by whether it is partitioned."""
        nodes = [node for node in self.ask(ASSETS)["assetNodes"] if node["isMaterializable"]]
        named = [("/".join(node["assetKey"]["path"]), node["isPartitioned"]) for node in nodes]
        return sorted({name for name, partitioned in named if of(name, partitioned)})

    def backfill(self, assets: Sequence[str], days: Sequence[str]) -> str:
        """Launch what "Materialize" over a range of partitions launches; return the backfill's id."""
        params = {"assetSelection": _keys(assets), "partitionNames": list(days), "fromFailure": False, "tags": []}
        said = self.ask(LAUNCH_BACKFILL, params=params)["launchPartitionBackfill"]
        assert said["__typename"] == "LaunchBackfillSuccess", said
        return str(said["backfillId"])

    def backfill_job(self, job: str, days: Sequence[str]) -> str:
        """Launch what "Materialize all" on a job's page launches; return the backfill's id."""
        selector = {"partitionSetName": f"{job}_partition_set", "repositorySelector": LOCATION}
        params = {"selector": selector, "partitionNames": list(days), "fromFailure": False, "tags": []}
        said = self.ask(LAUNCH_BACKFILL, params=params)["launchPartitionBackfill"]
        assert said["__typename"] == "LaunchBackfillSuccess", said
        return str(said["backfillId"])

    def finish(self, backfill: str, patience: float = PATIENCE) -> dict[str, str]:
        """Wait until a backfill is over; return the status of each of its runs."""
        state: dict[str, Any] = {}

        def over() -> bool:
            state.update(self.ask(BACKFILL, id=backfill)["partitionBackfillOrError"])
            return state["status"] not in {"REQUESTED", "CANCELING", "FAILING"}

        self.wait_for(over, f"backfill {backfill}", patience)
        runs = {run["id"]: run["status"] for run in state["runs"]}
        assert state["status"] == "COMPLETED_SUCCESS", (state, [self.failures(run) for run in runs])
        return runs

    def launch(self, assets: Sequence[str], tags: dict[str, str] | None = None, job: str = "__ASSET_JOB") -> str:
        """Launch one run over assets, as "Materialize" without a range does; return its id."""
        selector = {**LOCATION, "pipelineName": job, "assetSelection": _keys(assets) or None}
        given = [{"key": key, "value": value} for key, value in (tags or {}).items()]
        params = {"selector": selector, "runConfigData": {}, "mode": "default", "executionMetadata": {"tags": given}}
        said = self.ask(LAUNCH_RUN, params=params)["launchRun"]
        assert said["__typename"] == "LaunchRunSuccess", said
        return str(said["run"]["id"])

    def await_run(self, run: str, patience: float = PATIENCE) -> str:
        """Wait until a run is over; return its status."""
        self.wait_for(lambda: self.status(run) not in IN_PROGRESS, f"run {run}", patience)
        return self.status(run)

    def runs(self) -> dict[str, dict[str, Any]]:
        """Every run by id, newest first."""
        return {run["id"]: run for run in self.ask(RUNS)["runsOrError"]["results"]}

    def _describe_runs(self) -> str:
        with suppress(OSError):
            states = [f"{run[:8]} of {facts['parentRunId']} {facts['status']}" for run, facts in self.runs().items()]
            return "runs, newest first: " + ", ".join(states)
        return "the server does not answer"

    def status(self, run: str) -> str:
        """The status of one run."""
        return str(self.runs()[run]["status"])

    def failures(self, run: str) -> list[str]:
        """What a run's failed steps say."""
        failed = [event for event in self._events(run) if event["__typename"] == "ExecutionStepFailureEvent"]
        return [
            str((event.get("failureMetadata") or {}).get("description") or event.get("error") or event["message"])
            for event in failed
        ]

    def messages(self, run: str) -> list[str]:
        """Every message of a run's log."""
        return [str(event.get("message")) for event in self._events(run)]

    def _events(self, run: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        page = {"cursor": None, "hasMore": True}
        while page["hasMore"]:
            page = self.ask(EVENTS, id=run, after=page["cursor"])["logsForRun"]
            found += page["events"]
        return found


@contextmanager
def dagster_instance(folder: Path, variables: dict[str, str], **changes: object) -> Iterator[Instance]:
    """Give an instance that is not started yet; `changes` go over the shipped dagster.yaml. Kills what is left."""
    home, data = folder / "home", folder / "data"
    home.mkdir(parents=True)
    # these lie in the checkout's data folder; this one's lie in its home
    elsewhere = {"storage", "compute_logs", "local_artifact_storage"}
    ours = {key: value for key, value in SHIPPED.items() if key not in elsewhere}
    (home / "dagster.yaml").write_text(yaml.safe_dump({**ours, **changes}), encoding="utf-8")
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    environment = {**kept, **variables, "FINAGO_DATA_DIR": str(data), "DAGSTER_HOME": str(home)}
    instance = Instance(home, data, environment)
    try:
        yield instance
    finally:
        instance.kill()


def _keys(assets: Sequence[str]) -> list[dict[str, list[str]]]:
    return [{"path": name.split("/")} for name in assets]


def command_path(name: str) -> str:
    """Return the path of a command of this environment."""
    return str(Path(sys.executable).with_name(name))


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])
