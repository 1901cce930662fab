"""What four request chains in flight gain over one when every page takes 50 ms to answer.

Owns that one ratio. Time is that of landing itself, without the interpreter's start.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Final

from benchmarks import measure
from benchmarks.measure import Cost, python, run

if TYPE_CHECKING:
    from pathlib import Path

SECONDS_A_PAGE: Final = 0.05
LINES: Final = 200_000


def compare(work: Path, rounds: int) -> dict[int, list[Cost]]:
    """Land the year with one and with four chains in flight; `wall` of the costs is landing alone."""
    costs: dict[int, list[Cost]] = {1: [], 4: []}
    data = work / "latency"
    with measure.serving(python("server", "--lines", LINES, "--latency", SECONDS_A_PAGE)) as said:
        origin = f"http://127.0.0.1:{said[-1].split()[-1]}"
        for _ in range(rounds):
            for in_flight, kept in costs.items():
                shutil.rmtree(data, ignore_errors=True)
                data.mkdir(parents=True)
                cost = run(python("ours", "land", "--origin", origin, "--data", data, "--in-flight", in_flight))
                kept.append(Cost(json.loads(cost.said)["seconds"], cost.cpu, cost.rss))
    return costs
