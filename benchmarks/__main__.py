"""`python -m benchmarks`: every comparison in one run, as Markdown on standard output.

Owns the arguments and the order. Progress goes to standard error.
"""

from __future__ import annotations

import os
import platform
import sys
from argparse import ArgumentDefaultsHelpFormatter, ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchmarks import contenders, framework, history, latency, rebuild, report, request

if TYPE_CHECKING:
    from collections.abc import Iterable

PARTS = ("ledger", "latency", "framework", "rebuild", "request", "history")


def main() -> None:
    """Run what was asked for and print each table as soon as it is there."""
    asked = parsed()
    work = asked.work.absolute()
    print(f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, CPython {platform.python_version()}.")
    targets: list[report.Target] = []
    if "ledger" in asked.parts:
        sizes = {}
        for lines in asked.lines:
            _tell(f"{lines:,} lines")
            sizes[lines] = contenders.compare(
                lines,
                work / f"{lines}",
                rounds=asked.rounds,
                peer_rounds=0 if asked.no_peers else min(asked.peer_rounds, asked.rounds),
                plain_rows=asked.plain_rows,
            )
            _print(report.ledger_table(lines, sizes[lines]))
        targets += report.ledger_targets(sizes)
    if "latency" in asked.parts:
        _tell("latency")
        found = latency.compare(work, asked.rounds)
        _print(report.latency_table(found))
        targets.append(report.latency_target(found))
    if "framework" in asked.parts:
        _tell("framework")
        _print(report.framework_table(framework.compare(work, asked.rounds)))
    if "rebuild" in asked.parts:
        _tell("rebuild")
        for books, builds in rebuild.compare(work, asked.rounds).items():
            _print(report.rebuild_table(books, builds))
            targets += report.rebuild_targets(books, builds)
    if "request" in asked.parts:
        _tell("request")
        costs = request.compare(work, asked.rounds)
        _print(report.request_table(costs))
        targets += report.request_targets(costs)
    if "history" in asked.parts:
        _tell("history: a year of nights, a quarter of an hour and more")
        weights = history.simulate(work)
        _print(report.history_table(weights))
        targets.append(report.history_target(weights))
    if targets:
        _print(report.target_table(targets))


def parsed() -> Namespace:
    """Read the command line."""
    parser = ArgumentParser("benchmarks", formatter_class=ArgumentDefaultsHelpFormatter)
    parser.add_argument("--only", dest="parts", nargs="+", choices=PARTS, default=PARTS, help="parts to run")
    parser.add_argument("--lines", type=int, nargs="+", default=[200_000, 1_000_000])
    parser.add_argument("--rounds", type=int, default=3, help="figures are medians; the contenders take turns")
    parser.add_argument("--peer-rounds", type=int, default=1, help="rounds in which the slow peers take part")
    parser.add_argument("--no-peers", action="store_true", help="leave dlt and executemany out")
    parser.add_argument("--plain-rows", type=int, default=10_000, help="rows of the plain loop, scaled from there")
    parser.add_argument(
        "--work", type=Path, default=Path("data/benchmarks"), help="scratch, about 3 GB a million lines"
    )
    return parser.parse_args()


def _tell(what: str) -> None:
    print(f"… {what}", file=sys.stderr, flush=True)


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


if __name__ == "__main__":
    main()
