"""Small drawings for metadata: lines, bars and cells as an SVG of so few characters that Dagster shows it in place.

Owns how they are drawn and how short they have to be. What is drawn is plots.py's.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Dagster 1.13 puts longer Markdown behind "[Show Markdown]" (MetadataEntry.tsx); an image of this size is drawn at once
MOST_CHARACTERS: Final = 999
# as wide as the column that it is shown in, on a screen of 1500 dots
WIDTH, HEIGHT, TOP, BOTTOM = 430, 150, 18, 134
LABELS: Final = 60
ROW: Final = 14


@dataclass(frozen=True, slots=True)
class Plotted:
    """One line, or one colour of the bars, with an amount for each label; None where nothing is known."""

    name: str
    colour: str
    amounts: Sequence[Decimal | int | None]
    is_line: bool = False

    def last(self, count: int) -> Plotted:
        """Return the same of the last labels only."""
        return Plotted(self.name, self.colour, self.amounts[-count:], self.is_line)


def draw_chart(said: str, labels: Sequence[str], series: Sequence[Plotted]) -> dg.MarkdownMetadataValue:
    """Return `said` with lines and stacked bars under it, of as many of the last labels as there is room for."""
    return _longest(said, len(labels), lambda count: _chart(labels[-count:], [one.last(count) for one in series]))


def draw_cells(
    said: str, labels: Sequence[str], rows: Mapping[str, Sequence[str | None]], colours: Mapping[str, str]
) -> dg.MarkdownMetadataValue:
    """Return `said` with a row of coloured cells for each of `rows`, whose names are a letter long."""
    return _longest(
        said,
        len(labels),
        lambda count: _cells(labels[-count:], {name: cells[-count:] for name, cells in rows.items()}, colours),
    )


def write_table(said: str, names: Sequence[str], rows: Sequence[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """Return `said` with a table of as many of the first rows as there is room for; figures stand on the right."""
    is_figure = [all(not isinstance(row[place], str) for row in rows) for place in range(len(names))]
    head = [_table_row(names), _table_row(["--:" if figure else "---" for figure in is_figure])]
    lines = [_table_row([_write_cell(value) for value in row]) for row in rows]
    table = "\n".join([said, "", *head]).strip()
    for line in lines:
        if len(table) + len(line) + 1 > MOST_CHARACTERS:
            break
        table += f"\n{line}"
    return dg.MetadataValue.md(table)


def _table_row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _write_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, Decimal):
        # a rate has ten decimals in its column, and mostly none that count
        return f"{value:,.2f}" if value == round(value, 2) else f"{value.normalize():,f}"
    return f"{value}".replace("|", "/").replace("\n", " ")


def _longest(said: str, labels: int, draw: Callable[[int], str]) -> dg.MarkdownMetadataValue:
    for count in range(labels, 0, -1):
        found = f"{said}\n\n![](<data:image/svg+xml,{_encode(draw(count))}>)"
        if len(found) <= MOST_CHARACTERS:
            return dg.MetadataValue.md(found)
    return dg.MetadataValue.md(said)


def _encode(svg: str) -> str:
    return svg.replace("<", "%3C").replace(">", "%3E").replace("#", "%23")


def _svg(height: int, parts: Sequence[str]) -> str:
    # a grey that is readable on white and on black
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{WIDTH}' height='{height}' font-size='11' fill='gray'>"
    return f"{head}{''.join(parts)}</svg>"


def _label(x: int, y: int, words: str, colour: str = "") -> str:
    place = f" x='{x}'" if x else ""
    fill = f" fill='{colour}'" if colour else ""
    return f"<text{place} y='{y}'{fill}>{words}</text>"


def _path(path: str, colour: str) -> str:
    return f"<path d='{path}' stroke='{colour}'/>" if path else ""


def _chart(labels: Sequence[str], series: Sequence[Plotted]) -> str:
    bars, lines = [one for one in series if not one.is_line], [one for one in series if one.is_line]
    lowest, highest = _span_amounts(labels, bars, lines)
    scale = (BOTTOM - TOP) / ((highest - lowest) or 1)
    step = min(36, (WIDTH - LABELS) // len(labels))

    def height(value: float) -> int:
        return round(TOP + (highest - value) * scale)

    right = step * len(labels)
    return _svg(
        HEIGHT,
        [
            _path(f"M0 {height(0)}h{right}", "gray"),
            *([f"<g stroke-width='{max(step - 4, 2)}'>", *_bars(bars, step, height), "</g>"] if bars else []),
            *(
                [f"<g fill='none'>{''.join(_path(_line(one, step, height), one.colour) for one in lines)}</g>"]
                if lines
                else []
            ),
            *(_label(110 * place, 10, one.name, one.colour) for place, one in enumerate(series)),
            _label(right + 4, TOP + 6, f"{highest:,.0f}"),
            *_ends(labels, step, HEIGHT - 3),
        ],
    )


def _span_amounts(labels: Sequence[str], bars: Sequence[Plotted], lines: Sequence[Plotted]) -> tuple[float, float]:
    """Return the lowest and the highest place that anything is drawn at, zero among them."""
    ends = [0.0, *(float(value) for one in lines for value in one.amounts if value is not None)]
    for place in range(len(labels)):
        stack = [float(one.amounts[place] or 0) for one in bars]
        ends += [sum(value for value in stack if value > 0), sum(value for value in stack if value < 0)]
    return min(ends), max(ends)


def _ends(labels: Sequence[str], step: int, y: int) -> list[str]:
    last = max(step * (len(labels) - 1), 70)
    return [_label(0, y, labels[0]), *([_label(last, y, labels[-1])] if len(labels) > 1 else [])]


def _line(series: Plotted, step: int, height: Callable[[float], int]) -> str:
    path, before = "", None
    for place, value in enumerate(series.amounts):
        if value is None:
            before = None
            continue
        y = height(float(value))
        path += f"M{place * step + step // 2} {y}" if before is None else f"l{step}{_signed(y - before)}"
        before = y
    return path


def _bars(bars: Sequence[Plotted], step: int, height: Callable[[float], int]) -> list[str]:
    """Return a path for each series, the bars of each standing on those of the series before it."""
    above: defaultdict[int, float] = defaultdict(float)
    below: defaultdict[int, float] = defaultdict(float)
    paths = []
    for one in bars:
        path, x, y = "", 0, 0
        for place, value in enumerate(one.amounts):
            amount = float(value or 0)
            base = above if amount >= 0 else below
            start, end = height(base[place]), height(base[place] + amount)
            base[place] += amount
            if start != end:
                middle = place * step + step // 2
                path += f"m{middle - x}{_signed(start - y)}v{end - start}"
                x, y = middle, end
        paths.append(_path(path, one.colour))
    return paths


def _cells(labels: Sequence[str], rows: Mapping[str, Sequence[str | None]], colours: Mapping[str, str]) -> str:
    step = min(36, (WIDTH - LABELS) // len(labels))
    parts = []
    for kind, colour in colours.items():
        path = "".join(
            f"M{16 + start * step} {ROW // 2 + ROW * number}h{step * length}"
            for number, cells in enumerate(rows.values())
            for start, length in _adjacent(cells, kind)
        )
        if path:
            # the pattern begins anew with each run, so a gap is where a cell ends
            parts.append(f"<path d='{path}' stroke='{colour}' stroke-width='12' stroke-dasharray='{step - 2} 2'/>")
    places = range(len(rows))
    x, y = " ".join("0" for _ in places), " ".join(f"{11 + ROW * place}" for place in places)
    parts.append(f"<text x='{x}' y='{y}'>{''.join(rows)}</text>")
    bottom = ROW * len(rows) + 14
    return _svg(bottom + 4, [*parts, *_ends(labels, step, bottom)])


def _adjacent(cells: Sequence[str | None], kind: str) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for place, cell in enumerate(cells):
        if cell != kind:
            continue
        if found and sum(found[-1]) == place:
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((place, 1))
    return found


def _signed(number: int) -> str:
    return f"{number}" if number < 0 else f" {number}"
