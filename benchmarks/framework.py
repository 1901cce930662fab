"""What the framework itself costs: the documented command over one small day, beside bare extraction and `dbt build`.

Owns those two ways of doing the same work, against the project's sandbox.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import dbt_sql, measure
from benchmarks.measure import Cost, python, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DAY: Final = "2024-03-14"
GRAPH: Final = "the whole graph: `dagster asset materialize`, one day"
EXTRACT: Final = "bare extraction of every endpoint, the same day"
BUILD: Final = "bare `dbt build`"
BARE: Final = "**bare, both**"
ORDER: Final = (GRAPH, EXTRACT, BUILD, BARE)


def compare(work: Path, rounds: int) -> dict[str, list[Cost]]:
    """Run both ways once unmeasured (dbt parses its project), then `rounds` times."""
    costs: dict[str, list[Cost]] = {name: [] for name in ORDER}
    sandbox = [sys.executable, "-m", "finago_assets.sandbox", "--port", "0", "--size", "tiny", "--years", "1"]
    with measure.serving(sandbox) as said:
        for number in range(rounds + 1):
            found = _once(environment(said, work, work / "framework"))
            for name, cost in found.items():
                if number:
                    costs[name].append(cost)
    return costs


def _once(settings: Mapping[str, str]) -> dict[str, Cost]:
    data = fresh(Path(settings["FINAGO_DATA_DIR"]))
    fresh(Path(settings["DAGSTER_HOME"]))
    graph = run(
        [
            *(f"{Path(sys.executable).with_name('dagster')}", "asset", "materialize"),
            *("-m", "finago_assets.definitions", "--select", "*", "--partition-range", f"{DAY}...{DAY}"),
        ],
        settings,
    )
    fresh(data)
    extract = run(python("bare", "--day", DAY), settings)
    build = run(dbt_sql.command("build", data), settings)
    return {GRAPH: graph, EXTRACT: extract, BUILD: build, BARE: extract + build}


def environment(said: Iterable[str], work: Path, data: Path) -> dict[str, str]:
    """Return the settings that a sandbox printed when it started, with a data folder and without a request ceiling."""
    home = work / "dagster-home"
    return {
        **dict(line.removeprefix("export ").split("=", 1) for line in said if line.startswith("export")),
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "FINAGO_DATA_DIR": f"{data}",
        "FINAGO_REQUESTS_PER_SECOND": "0",
        "DAGSTER_HOME": f"{home}",
        "DO_NOT_TRACK": "1",
    }


def fresh(folder: Path) -> Path:
    """Empty a folder, or make it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
