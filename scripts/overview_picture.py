"""The README's picture: from the ERP to the figures, and where they are checked on the way.

`python -m scripts.overview_picture` writes docs/images/overview.svg anew; a test holds the file against it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final
from xml.sax.saxutils import escape

PICTURE: Final = Path(__file__).parents[1] / "docs" / "images" / "overview.svg"
WIDTH, HEIGHT = 1000, 390
STEP, BOX, TOP, TALL = 200, 160, 56, 118
# left to right: title, what it holds in three lines, fill, edge
STATIONS: Final = (
    ("Finago Office", ("the ERP: vouchers,", "balances, orders,", "bank, customers"), "#fef3c7", "#d97706"),
    ("Raw files", ("every record", "as it was sent,", "a file for each day"), "#f1f5f9", "#64748b"),
    ("dbt", ("types, keys, names;", "rebuilds only", "what changed"), "#e0f2fe", "#0284c7"),
    ("Books", ("ledger, balances,", "open items, VAT,", "invoices, reports"), "#dcfce7", "#16a34a"),
    ("You", ("SQL, BI tools, Excel,", "your browser,", "PostgreSQL, parquet"), "#ede9fe", "#7c3aed"),
)
# between the stations: what is looked at there
CHECKS: Final = (
    ("Landed as expected?", ("fields that came or went,", "scopes not granted")),
    ("Read exactly?", ("what cannot be read", "is named, never empty")),
    ("Sound?", ("keys once, debit is credit,", "known accounts")),
    ("Published", ("whole or not at all;", "the last one stays")),
)


def draw() -> str:
    """Return the picture."""
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
            'font-family="Helvetica, Arial, sans-serif" font-size="14">'
        ),
        (
            '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
            'orient="auto"><path d="M0 0L10 5L0 10z" fill="#475569"/></marker></defs>'
        ),
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(20, 32, "Every night: fetch, build, check, publish", size=17, bold=True),
        *(line for index, station in enumerate(STATIONS) for line in _station(index, *station)),
        *(line for index, check in enumerate(CHECKS) for line in _check(index, *check)),
        *_tie_out(),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _station(index: int, title: str, lines: tuple[str, ...], fill: str, edge: str) -> list[str]:
    left = 20 + index * STEP
    return [
        f'<rect x="{left}" y="{TOP}" width="{BOX}" height="{TALL}" rx="8" fill="{fill}" stroke="{edge}"/>',
        _text(left + 12, TOP + 28, title, size=16, bold=True),
        *(_text(left + 12, TOP + 54 + 20 * row, line) for row, line in enumerate(lines)),
    ]


def _check(index: int, title: str, lines: tuple[str, ...]) -> list[str]:
    start, middle = 20 + index * STEP + BOX, 20 + index * STEP + BOX + (STEP - BOX) // 2
    below = TOP + TALL + 34
    return [
        (
            f'<path d="M{start} {TOP + TALL // 2}H{start + STEP - BOX - 2}" stroke="#475569" stroke-width="2" '
            'marker-end="url(#tip)"/>'
        ),
        f'<path d="M{middle} {TOP + TALL // 2 + 6}V{below - 16}" stroke="#94a3b8" stroke-dasharray="3 3"/>',
        _text(middle, below, title, size=13, bold=True, middle=True),
        *(_text(middle, below + 19 + 17 * row, line, size=12.5, middle=True) for row, line in enumerate(lines)),
    ]


def _tie_out() -> list[str]:
    left, right, level = 100, 700, HEIGHT - 72
    return [
        (
            f'<path d="M{right} {TOP + TALL + 2}V{level}H{left}V{TOP + TALL + 6}" fill="none" stroke="#dc2626" '
            'stroke-width="2" marker-end="url(#tip)"/>'
        ),
        f'<rect x="160" y="{level - 20}" width="480" height="66" rx="8" fill="#fee2e2" stroke="#dc2626"/>',
        _text(400, level + 5, "Tie-out", size=16, bold=True, middle=True),
        _text(400, level + 28, "each account and month held against the ERP's own balance", middle=True),
    ]


def _text(  # noqa: PLR0913  where, what, and how it looks
    x: int, y: int, words: str, *, size: float = 13.5, bold: bool = False, middle: bool = False
) -> str:
    weight = ' font-weight="bold"' if bold else ""
    anchor = ' text-anchor="middle"' if middle else ""
    return f'<text x="{x}" y="{y}" font-size="{size}" fill="#0f172a"{weight}{anchor}>{escape(words)}</text>'


if __name__ == "__main__":
    PICTURE.write_text(draw(), encoding="utf-8")
