"""What the framework itself costs: the documented command over one small day, beside bare extraction and `dbt build`.

Owns those two ways of doing the same work, against the project's sandbox.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from benchmarks import dbt_sql, measure
from benchmarks.measure import Cost, python, run

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

DAY: Final = "2024-03-14"
TRIVIAL: Final = "Dagster's own run of one trivial asset"
GRAPH: Final = "the whole graph: `dagster asset materialize`, one day"
AGAIN: Final = "the same command again, nothing changed"
EXTRACT: Final = "bare extraction of every endpoint, the same day"
BUILD: Final = "bare `dbt build`"
BARE: Final = "**bare, both**"
ORDER: Final = (TRIVIAL, GRAPH, AGAIN, EXTRACT, BUILD, BARE)
_ASSET: Final = "import dagster\n\n\n@dagster.asset\ndef trivial() -> None: ...\n"


def compare(work: Path, rounds: int) -> dict[str, list[Cost]]:
    """Run both ways once unmeasured (dbt parses its project), then `rounds` times.

    A run of the graph says what its history weighs, in MB.
    """
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
    home = fresh(Path(settings["DAGSTER_HOME"]))
    (asset := data / "trivial.py").write_text(_ASSET)
    materialize = [f"{Path(sys.executable).with_name('dagster')}", "asset", "materialize"]
    trivial = run([*materialize, "-f", str(asset), "--select", "*"], settings)
    # what Dagster would send to its makers is no history, and the settings that we ship turn it off
    (fresh(home) / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    everything = ["-m", "finago_assets.definitions", "--select", "*", "--partition-range", f"{DAY}...{DAY}"]
    graph = replace(run([*materialize, *everything], settings), said=f"{_megabytes(home):.1f}")
    before = _megabytes(home)
    again = replace(run([*materialize, *everything], settings), said=f"{_megabytes(home) - before:.1f}")
    fresh(data)
    extract = run(python("bare", "--day", DAY), settings)
    build = run(dbt_sql.command("build", data), settings)
    return {TRIVIAL: trivial, GRAPH: graph, AGAIN: again, EXTRACT: extract, BUILD: build, BARE: extract + build}


def _megabytes(home: Path) -> float:
    """What the history weighs."""
    return sum(path.stat().st_size for path in home.rglob("*") if path.is_file()) / 1e6


def environment(said: Iterable[str], work: Path, data: Path) -> dict[str, str]:
    """Return the settings that a sandbox printed when it started, with a data folder and without a request ceiling."""
    home = work / "dagster-home"
    exported = dict(line.removeprefix("export ").split("=", 1) for line in said if line.startswith("export"))
    return {
        # bare extraction is of the REST API alone
        **{name: value for name, value in exported.items() if not name.startswith(("FINAGO_SOAP", "HALO"))},
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
