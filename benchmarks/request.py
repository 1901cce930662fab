"""A large answer through the request action, beside the loop of GETs that one writes with httpx.

Owns that comparison: all pages of 200,000 lines into one JSON array on disk, and into typed parquet.
"""

from __future__ import annotations

import os
import shlex
import sys
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import measure
from benchmarks.ledger import YEAR
from benchmarks.measure import Cost, python, run

LINES: Final = 200_000
PIECE: Final = 1024 * 1024
PLAIN: Final = "httpx: GET, write the body, follow the link"
OURS: Final = "`finago-assets request --all-pages`, to a file"
TABLE: Final = "`finago-assets request --all-pages --into lines.parquet`"
COMMAND: Final = (
    f"{Path(sys.executable).with_name('finago-assets')}", "request", "--template", "transactionlines.list",
    "--query", f"dateFrom={YEAR}-01-01", "--query", f"dateTo={YEAR + 1}-01-01", "--all-pages",
)  # fmt: skip


def compare(work: Path, rounds: int) -> dict[str, list[Cost]]:
    """Ask for every line of the year, each way in turn; ours and httpx must end with the same bytes of records."""
    costs: dict[str, list[Cost]] = {PLAIN: [], OURS: [], TABLE: []}
    out = work / "request"
    # the one folder below the data folder where a target may lie
    exports = out / "data" / "exports"
    exports.mkdir(parents=True, exist_ok=True)
    with measure.serving(python("server", "--lines", LINES)) as said:
        origin = f"http://127.0.0.1:{said[-1].split()[-1]}"
        environment = _environment(origin, out)
        for _ in range(rounds):
            plain, ours = out / "plain.json", out / "ours.json"
            costs[PLAIN].append(run(python("floor", "keep", "--origin", origin, "--out", plain)))
            costs[OURS].append(run(["sh", "-c", f"exec {shlex.join(COMMAND)} > {shlex.quote(f'{ours}')}"], environment))
            _agree(plain, ours)
            costs[TABLE].append(run([*COMMAND, "--into", f"{exports / 'lines.parquet'}"], environment))
    return costs


def _environment(origin: str, out: Path) -> dict[str, str]:
    return {
        "FINAGO_API_URL": f"{origin}/v1",
        "FINAGO_TOKEN_URL": f"{origin}/oauth/token",
        "FINAGO_CLIENT_ID": "benchmark",
        "FINAGO_CLIENT_SECRET": "Rk4nWc9sYh2JpD6uXe1GtV5aQo8MzL3b",
        "FINAGO_ORGANIZATION_ID": "300000000000001",
        "FINAGO_DATA_DIR": os.fspath(out / "data"),
        "FINAGO_REQUESTS_PER_SECOND": "0",
    }


def _agree(plain: Path, ours: Path) -> None:
    """Compare what is left without white space and brackets, in which alone the two may differ."""
    sizes = {_size(file) for file in (plain, ours)}
    if len(sizes) != 1:
        raise RuntimeError(f"The two answers differ: {sizes}")


def _size(file: Path) -> int:
    # in pieces: what this process holds would count as its next child's peak
    with file.open("rb") as body:
        return sum(len(piece.translate(None, b"[], \r\n")) for piece in iter(partial(body.read, PIECE), b""))
