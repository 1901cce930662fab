"""A history that cannot be written ends in one sentence and a status of its own, whoever runs into it first."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError

from finago_assets.orchestration.lost_history import HISTORY_LOST, cannot_be_written, leave

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running

ROOT = Path(__file__).parents[2]
# a file that may not grow is a full disk to SQLite, and a disk full for it alone
LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
os.execv(sys.argv[1], sys.argv[1:])
"""


def _landing(office: Running, folder: Path, *, has_begun: bool) -> tuple[int, str]:
    """Land two months with a history that is full from the start, or full once the run has begun."""
    home = folder / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **office.environment(), "FINAGO_DATA_DIR": str(folder / "data"), "DAGSTER_HOME": str(home)}
    dagster = str(Path(sys.executable).with_name("dagster"))
    command = [dagster, "asset", "materialize", "-m", "finago_assets.definitions"]
    chosen = ["--select", "key:finago/transactionlines", "--partition-range", "2024-01-01...2024-02-29"]
    limited = [] if has_begun else [sys.executable, "-c", LIMITED.format(250_000)]
    with subprocess.Popen(
        [*limited, *command, *chosen],
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as run:
        assert run.stdout is not None
        said = []
        for line in run.stdout:
            said.append(line)
            if has_begun and "RUN_START" in line:
                # no file of this process may grow any more
                resource.prlimit(run.pid, resource.RLIMIT_FSIZE, (0, 0))
        return run.wait(), "".join(said)


@pytest.mark.slow
@pytest.mark.parametrize("has_begun", [False, True], ids=["before", "during"])
def test_a_full_disk_of_the_history_is_told_in_one_sentence(
    office: Running, tmp_path: Path, *, has_begun: bool
) -> None:
    status, said = _landing(office, tmp_path, has_begun=has_begun)
    assert status == HISTORY_LOST
    assert ("RUN_START" in said) is has_begun
    assert "Traceback" not in said
    assert said.count("The run history cannot be written") == 1
    assert "Make room on its disk" in said


def test_other_errors_of_a_database_are_left_to_dagster() -> None:
    assert not cannot_be_written(ValueError("disk is full"))


def test_a_postgresql_that_is_away_is_told_with_what_helps_and_without_its_password(
    capsys: pytest.CaptureFixture[str],
) -> None:
    # port 1 answers nobody
    with pytest.raises(OperationalError) as away:
        create_engine("postgresql+psycopg://dagster:pg-hunter2@127.0.0.1:1/dagster").connect()
    assert cannot_be_written(away.value)
    ended: list[int] = []
    leave(away.value, ended.append)
    said = capsys.readouterr().err
    assert ended == [HISTORY_LOST]
    assert "See that its PostgreSQL runs" in said
    assert "Make room" not in said
    assert "pg-hunter2" not in said
    assert said.count("\n") == 1
