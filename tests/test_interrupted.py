"""The demo and the UI, interrupted as a person does it: nothing is left running, and one sentence says what stands."""

from __future__ import annotations

import os
import random
import signal
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.typed_command import ENDS_WITHIN, heard, typed_command

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
MARK = "STARTED_BY_THIS_TEST"
# lines that the demo has printed: before Dagster is started, while it starts, then anywhere in landing and in dbt
MOMENTS = (1, 2, *sorted(random.Random(24).sample(range(3, 16), 3)))


@contextmanager
def typed(folder: Path, *words: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Type a command; yield the process, and the mark that all it starts inherits."""
    (folder / "data").mkdir(mode=0o700)
    # the checkout's own history is none of a test's business
    settings = (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    (folder / "dagster.yaml").write_text(settings.replace("base_dir: data/", f"base_dir: {folder}/data/"))
    mark = uuid.uuid4().hex
    own = {"FINAGO_DATA_DIR": f"{folder / 'data'}", "DAGSTER_HOME": f"{folder}", "PYTHONUNBUFFERED": "1", MARK: mark}
    home = {"HOME": os.environ["HOME"]} if "HOME" in os.environ else {}
    with typed_command(ROOT, words, home | own) as process:
        yield process, mark


def marked(mark: str) -> list[str]:
    """Return the command lines of all processes that run and inherited the mark."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get(MARK) == mark and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
    return found


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_ctrl_c_ends_the_demo_at_any_moment_with_one_sentence(tmp_path: Path, moment: int) -> None:
    with typed(tmp_path, "demo") as (process, mark):
        heard(process, lines=moment)
        assert marked(mark)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=ENDS_WITHIN)
        assert process.returncode == 130
        assert marked(mark) == []
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("Interrupted; nothing was left running. What had landed stands")
    assert "`make demo`" in said


@pytest.mark.slow
@pytest.mark.parametrize(
    "until", ["The UI:", "Launching Dagster services", "Serving dagster-webserver"], ids=["starting", "loading", "up"]
)
def test_ctrl_c_ends_the_ui_with_its_webserver_daemon_and_code_server(tmp_path: Path, until: str) -> None:
    with typed(tmp_path, "dev", "--port", "0") as (process, mark):
        heard(process, until=until)
        assert marked(mark)
        os.killpg(process.pid, signal.SIGINT)
        said, _ = process.communicate(timeout=ENDS_WITHIN)
        assert process.returncode == 130
        assert marked(mark) == []
    assert "Traceback" not in said
    assert said.splitlines()[-1].startswith("Interrupted; nothing was left running. Run history")
    assert "`make dev`" in said
