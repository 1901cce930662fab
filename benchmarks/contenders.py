"""The contenders over one ledger, interleaved: floor, ours, dlt, and what one writes first.

Owns which processes make up a row, and that all of them agree on what they read.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from benchmarks import dbt_sql, measure
from benchmarks.ledger import YEAR
from benchmarks.measure import Cost, python, run

if TYPE_CHECKING:
    from pathlib import Path

FLOOR_GET: Final = "floor: bare GETs, bodies dropped"
FLOOR_TYPE: Final = "floor: DuckDB types the same JSON on disk"
FLOOR: Final = "**floor, both**"
LAND: Final = "ours: land"
TYPE: Final = "ours: type, dbt's SQL in a bare DuckDB"
OURS: Final = "**ours, both**"
DBT: Final = "(ours: type, the whole `dbt run` process)"
DBT_SQL: Final = "(ours: type, the SQL as dbt timed it)"
DLT: Final = "dlt to parquet, as shipped"
DLT_BEST: Final = "dlt to parquet, best setting found"
PLAIN: Final = "json.loads and executemany (scaled)"
ORDER: Final = (FLOOR_GET, FLOOR_TYPE, FLOOR, LAND, TYPE, OURS, DBT, DBT_SQL, DLT, DLT_BEST, PLAIN)

Costs = dict[str, list[Cost]]


def compare(lines: int, work: Path, *, rounds: int, peer_rounds: int, plain_rows: int) -> Costs:
    """Run every contender once a round, the slow peers in the first `peer_rounds`."""
    work.mkdir(parents=True, exist_ok=True)
    costs: Costs = defaultdict(list)
    ndjson = work / "lines.ndjson"
    dlt = dlt_interpreter(work.parent) if peer_rounds else ""
    with measure.serving(python("server", "--lines", lines, "--ndjson", ndjson)) as said:
        origin = f"http://127.0.0.1:{said[-1].split()[-1]}"
        for number in range(rounds):
            floor = _floor(costs, origin, ndjson, _fresh(work / "floor"))
            ours = _ours(costs, origin, _fresh(work / "ours"))
            if floor != ours:
                raise RuntimeError(f"The floor and ours disagree: {floor} and {ours}")
            if number < peer_rounds:
                _peers(costs, origin, work, dlt, lines)
                cost = run(python("plain", "--origin", origin, "--out", _fresh(work / "plain"), "--rows", plain_rows))
                costs[PLAIN].append(cost.scaled(lines / plain_rows))
    return costs


def _floor(costs: Costs, origin: str, ndjson: Path, out: Path) -> str:
    got = run(python("floor", "get", "--origin", origin, "--out", out))
    typed = run(python("floor", "type", "--ndjson", ndjson, "--out", out))
    _keep(costs, {FLOOR_GET: got, FLOOR_TYPE: typed, FLOOR: got + typed})
    return typed.said


def _ours(costs: Costs, origin: str, data: Path) -> str:
    landed = run(python("ours", "land", "--origin", origin, "--data", data))
    (data / "work").mkdir(exist_ok=True)
    dbt = run(dbt_sql.command("run", data, "--select", dbt_sql.MODEL), {"FINAGO_DATA_DIR": os.fspath(data)})
    seconds = dbt_sql.capture(data)
    typed = run(python("ours", "type", "--data", data))
    sql = Cost(seconds, 0, 0)
    _keep(costs, {LAND: landed, TYPE: typed, OURS: landed + typed, DBT: dbt, DBT_SQL: sql})
    return typed.said


def _peers(costs: Costs, origin: str, work: Path, dlt: str, lines: int) -> None:
    for name, options in ((DLT, []), (DLT_BEST, ["--best"])):
        out = _fresh(work / "dlt")
        script = f"{measure.PROJECT / 'benchmarks' / 'peer_dlt.py'}"
        cost = run([dlt, script, "--origin", origin, "--out", f"{out}", "--year", f"{YEAR}", *options])
        said = json.loads(cost.said.splitlines()[-1])
        if said["rows"] != lines:
            raise RuntimeError(f"dlt loaded {said['rows']} of {lines} lines")
        costs[name].append(cost)


def _keep(costs: Costs, new: dict[str, Cost]) -> None:
    for name, cost in new.items():
        costs[name].append(cost)


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def dlt_interpreter(work: Path) -> str:
    """Return the interpreter of an environment with dlt in it, made the first time; ours never holds it."""
    folder = work / "dlt-environment"
    interpreter = folder / "bin" / "python"
    if not interpreter.exists():
        print(f"installing dlt into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        wanted = measure.PROJECT / "benchmarks" / "requirements-dlt.txt"
        install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", f"{wanted}"]
        subprocess.run([f"{interpreter}", *install], check=True)
    return f"{interpreter}"
