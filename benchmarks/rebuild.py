"""Rebuilding after one changed day, beside the first build and beside a build after which nothing is new.

Owns how the books get there and what is built; SQL seconds are those that dbt's log names for each statement.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from benchmarks import dbt_sql, framework, measure
from benchmarks.measure import Cost, python, run

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

SANDBOX: Final = "the sandbox's large books: 1,010,667 lines over two years"
LINES: Final = "the lines above alone: 1,000,000 over a year, no invoice ever paid"
FIRST: Final = "first build"
EDITED: Final = "one day edited"
NOTHING: Final = "nothing changed"
DAY: Final = "2025-03-13"
# one statement at a time, each on two threads: seconds then add up
OPTIONS: Final = ("--threads", "1", "--exclude-resource-type", "unit_test", "--log-file-max-bytes", "0")


@dataclass(frozen=True, slots=True)
class Build:
    """A `dbt build`: the process, and SQL seconds by layer and of the model that types the ledger."""

    cost: Cost
    sql: Mapping[str, float]

    @property
    def models(self) -> float:
        """Seconds of every layer, seeds too."""
        return sum(self.sql[layer] for layer in dbt_sql.MODELS)

    @property
    def everything(self) -> float:
        """Those of models and of data tests."""
        return self.models + self.sql[dbt_sql.TESTS]


Builds = dict[str, list[Build]]


def compare(work: Path, rounds: int) -> dict[str, Builds]:
    """Land each books once, then build it three ways a round."""
    found: dict[str, Builds] = {}
    for books, land in ((SANDBOX, _land_sandbox), (LINES, _land_lines)):
        data = land(work / "rebuild")
        found[books] = defaultdict(list)
        for _ in range(rounds):
            shutil.rmtree(data / "work", ignore_errors=True)
            (data / "work").mkdir()
            found[books][FIRST].append(_build(data))
            run(python("changed_day", "--data", data, "--day", DAY))
            found[books][EDITED].append(_build(data))
            found[books][NOTHING].append(_build(data))
    return found


def _build(data: Path) -> Build:
    dbt_sql.log(data).unlink(missing_ok=True)
    cost = run(dbt_sql.command("build", data, *OPTIONS), {"FINAGO_DATA_DIR": os.fspath(data)})
    return Build(cost, dbt_sql.seconds(data))


def _land_sandbox(work: Path) -> Path:
    sandbox = [sys.executable, "-m", "finago_assets.sandbox", "--port", "0", "--size", "large", "--years", "2"]
    with measure.serving(sandbox) as said:
        environment = framework.environment(said, work, work / "sandbox")
        data = framework.fresh(work / "sandbox")
        run(python("bare", "--day", "2024-01-01", "--through", "2025-12-31"), environment)
    return data


def _land_lines(work: Path) -> Path:
    data = framework.fresh(work / "lines")
    with measure.serving(python("server", "--lines", 1_000_000, "--ndjson", work / "lines.ndjson")) as said:
        run(python("ours", "land", "--origin", f"http://127.0.0.1:{said[-1].split()[-1]}", "--data", data))
    run(python("ours", "placeholders", "--data", data))
    return data
