"""A history that cannot be written ends in one sentence and a status of its own, whoever runs into it first."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from finago_assets.orchestration.lost_history import HISTORY_LOST, cannot_be_written

if TYPE_CHECKING:
    from finago_assets.sandbox.server import Running

ROOT = Path(__file__).parents[2]
# a file that may not grow is a full disk to SQLite, and a disk full for it alone
LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))
os.execv(sys.argv[1], sys.argv[1:])
"""


def _landing(office: Running, folder: Path, most_bytes: int) -> subprocess.CompletedProcess[str]:
    """Land two months with a history whose files may hold so many bytes each."""
    home = folder / "home"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    environment = {**kept, **office.environment(), "FINAGO_DATA_DIR": str(folder / "data"), "DAGSTER_HOME": str(home)}
    dagster = str(Path(sys.executable).with_name("dagster"))
    command = [dagster, "asset", "materialize", "-m", "finago_assets.definitions"]
    chosen = ["--select", "key:finago/transactionlines", "--partition-range", "2024-01-01...2024-02-29"]
    limited = [sys.executable, "-c", LIMITED.format(most_bytes), *command, *chosen]
    return subprocess.run(limited, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)


@pytest.mark.slow
@pytest.mark.parametrize(("most_bytes", "has_begun"), [(250_000, False), (400_000, True)], ids=["before", "during"])
def test_a_full_disk_of_the_history_is_told_in_one_sentence(
    office: Running, tmp_path: Path, most_bytes: int, *, has_begun: bool
) -> None:
    done = _landing(office, tmp_path, most_bytes)
    assert done.returncode == HISTORY_LOST
    said = done.stdout + done.stderr
    assert ("RUN_START" in said) is has_begun
    assert "Traceback" not in said
    assert said.count("The run history cannot be written") == 1
    assert "Make room on its disk" in said


def test_other_errors_of_a_database_are_left_to_dagster() -> None:
    assert not cannot_be_written(ValueError("disk is full"))
