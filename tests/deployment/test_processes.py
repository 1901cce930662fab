"""The units' own commands as processes, with a PostgreSQL beside them: a run is launched, and its history is there."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import pytest

from finago_assets.new_project import make_project
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running
from tests.daemon.instance import Instance
from tests.deployment.files import BIN, FOLDER, NAMES, PROJECT, ROOT, read_unit, unit_variables
from tests.postgresql import postgresql, postgresql_server

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["postgresql", "postgresql_server"]
pytestmark = pytest.mark.slow
RANGE = {"dagster/asset_partition_range_start": "2024-01-01", "dagster/asset_partition_range_end": "2024-01-03"}


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _forget_signals() -> None:
    # a shell's background job hands on that SIGINT is ignored; Dagster then ignores SIGTERM too
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _start(name: str, project: Path, ports: dict[str, str], given: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a unit as systemd would: its folder, its variables and its words, nothing of ours but a place for each."""
    unit = read_unit(name)["Service"]
    words = [ports.get(word, word) for word in unit["ExecStart"].removeprefix(BIN).split()]
    own = {key: value.replace(PROJECT, f"{project}") for key, value in unit_variables(name).items()}
    environment = {"PATH": os.defpath, "HOME": f"{project}", "PYTHONPATH": f"{ROOT}", **given, **own}
    command = [f"{os.path.dirname(sys.executable)}/{words[0]}", *words[1:]]  # noqa: PTH120  not what it links to
    with (project / f"{name}.log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=project,
            env=environment,
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_forget_signals,  # noqa: PLW1509  no thread of ours starts one
        )


def _make_project(folder: Path, ports: dict[str, str]) -> Path:
    make_project(folder)
    shutil.copy(FOLDER / "dagster.yaml", folder)
    text = (FOLDER / "workspace.yaml").read_text("utf-8")
    (folder / "workspace.yaml").write_text(re.sub(r"port: (\d+)", lambda one: f"port: {ports[one[1]]}", text))
    return folder


def test_the_units_run_a_job_and_its_history_is_in_postgresql(postgresql: str, tmp_path: Path) -> None:
    pytest.importorskip("dagster_postgres")
    ports = {"4000": f"{_free_port()}", "3000": f"{_free_port()}"}
    project = _make_project(tmp_path / "books", ports)
    with running(size=Size.TINY, years=1) as office:
        url = postgresql.replace("postgresql://", "postgresql+psycopg2://")
        given = {**office.environment(), "DAGSTER_POSTGRES_URL": url}
        (project / ".env").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
        services = [_start(name, project, ports, given) for name in NAMES]
        instance = Instance(project, project / "data", given, port=int(ports["3000"]))
        try:
            instance.wait_for(instance._is_loaded, "the definitions to load")  # noqa: SLF001
            run = instance.launch([], tags=RANGE, job="land")
            assert instance.await_run(run) == "SUCCESS", (project / "daemon.log").read_text()[-2000:]
            # as systemd ends them, each with all that it started
            for service in reversed(services):
                os.killpg(service.pid, signal.SIGTERM)
                service.wait(timeout=120)
        finally:
            instance.kill()
            for service in services:
                service.kill()
                service.wait()
    with psycopg.connect(postgresql) as history:
        assert history.execute("select run_id, status from runs").fetchall() == [(run, "SUCCESS")]
        landed = "select count(*) from event_logs where asset_key = %s and dagster_event_type = 'ASSET_MATERIALIZATION'"
        assert history.execute(landed, ('["finago", "transactionlines"]',)).fetchall() == [(3,)]
    assert list((project / "data" / "raw" / "finago" / "transactionlines").rglob("data.parquet"))
    # nothing of the history lies in files
    assert list(project.rglob("*.db")) == []
