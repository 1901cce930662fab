"""What `make` shows while pip fetches and installs: never silent for long, and no flood."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from scripts.pip_progress import BAR, Progress, pins_in

ROOT = Path(__file__).parents[2]
PINS = """# how it is made
agate==1.9.1 \\
    --hash=sha256:aa
colorama==0.4.6 ; sys_platform == 'win32' \\
    --hash=sha256:bb
zeep[x]==4
zipp==3.23.0
"""
SAID = """Ignoring colorama: markers 'sys_platform == "win32"' don't match your environment
Collecting agate==1.9.1 (from -r constraints.txt (line 2))
  Downloading agate-1.9.1-py2.py3-none-any.whl (95 kB)
Requirement already satisfied: zeep[x]==4 in /somewhere
Processing /opt/wheels/zipp-3.23.0-py3-none-any.whl (from -r constraints.txt (line 9))
Installing collected packages: agate, zeep, zipp
"""


def test_packages_are_counted_against_those_that_this_machine_needs() -> None:
    assert pins_in(PINS) == 4
    assert pins_in((ROOT / "constraints.txt").read_text(encoding="utf-8")) > 100
    progress, said, bars = Progress(pins_in(PINS)), [], []
    for line in SAID.splitlines(keepends=True):
        progress.hear(line)
        said.append(progress.said)
        bars.append(progress.bar.count("━"))
    assert bars == [0, BAR // 3, BAR // 3, 2 * BAR // 3, BAR, BAR]
    assert {len(progress.bar)} == {BAR}
    assert said == [
        "asking the package index",
        "1 of 3 packages: agate",
        "1 of 3 packages: agate",
        "2 of 3 packages: zeep",
        "3 of 3 packages: zipp",
        "all 3 packages are here, installing them",
    ]


@pytest.mark.parametrize(("ending", "status"), [("", 0), ("; exit 3", 3)])
def test_the_status_of_pip_comes_through_and_a_short_set_up_is_told_in_no_line(
    tmp_path: Path, ending: str, status: int
) -> None:
    (tmp_path / "said").write_text(SAID)
    told = f"'{sys.executable}' scripts/pip_progress.py constraints.txt"
    shell = ["/bin/bash", "-eu", "-o", "pipefail", "-c", f"(cat '{tmp_path / 'said'}'{ending}) | {told}"]
    done = subprocess.run(shell, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (status, "", "")


def test_make_sets_up_through_it() -> None:
    assert (ROOT / "Makefile").read_text(encoding="utf-8").count("| $(TOLD) constraints.txt") == 2
