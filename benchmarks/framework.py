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
    from collections.abc import Mapping

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
        environment = dict(line.removeprefix("export ").split("=", 1) for line in said if line.startswith("export"))
        for number in range(rounds + 1):
            found = _once(_environment(environment, work))
            for name, cost in found.items():
                if number:
                    costs[name].append(cost)
    return costs


def _once(environment: Mapping[str, str]) -> dict[str, Cost]:
    data = Path(environment["FINAGO_DATA_DIR"])
    _fresh(data, Path(environment["DAGSTER_HOME"]))
    graph = run(
        [
            *(f"{Path(sys.executable).with_name('dagster')}", "asset", "materialize"),
            *("-m", "finago_assets.definitions", "--select", "*", "--partition-range", f"{DAY}...{DAY}"),
        ],
        environment,
    )
    _fresh(data)
    extract = run(python("bare", "--day", DAY), environment)
    build = run(dbt_sql.command("build", data), environment)
    return {GRAPH: graph, EXTRACT: extract, BUILD: build, BARE: extract + build}


def _environment(sandbox: Mapping[str, str], work: Path) -> dict[str, str]:
    home = work / "dagster-home"
    return {
        **sandbox,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "FINAGO_DATA_DIR": f"{work / 'framework'}",
        "FINAGO_REQUESTS_PER_SECOND": "0",
        "DAGSTER_HOME": f"{home}",
        "DO_NOT_TRACK": "1",
    }


def _fresh(*folders: Path) -> None:
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
