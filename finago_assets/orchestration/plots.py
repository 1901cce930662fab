"""Pictures for people who would rather look: aggregates of a mart as a PNG in its materialization's metadata.

Owns which mart has a picture and how it is drawn. Sums by month or day, or counts by provider; no party, voucher or
line is ever named.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import dagster as dg

if TYPE_CHECKING:
    from collections.abc import Sequence

    import duckdb
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, RISE, FALL, QUIET = "#33415c", "#2a9d8f", "#d1495b", "#9aa5b1"
STATES: Final = ("connected", "not told", "reconnect soon", "must reconnect", "disconnected", "off")
SHADES: Final = ("#2a9d8f", "#8ab17d", "#e9c46a", "#f4a261", "#d1495b", QUIET)


@dataclass(frozen=True, slots=True)
class Plot:
    """One picture: the query gives a label and one or more amounts a row; each amount is a bar of its own."""

    title: str
    query: str
    series: tuple[str, ...]
    stacked: bool = False


def _aged(title: str, mart: str) -> Plot:
    query = f"""
        select strftime(as_of, '%Y-%m-%d'), sum(not_due), sum(days_1_30), sum(days_31_60), sum(days_61_90),
            sum(days_over_90), sum(unallocated)
        from marts.{mart} group by as_of order by as_of
    """
    return Plot(title, query, ("not due", "1-30 days", "31-60", "61-90", "over 90", "unallocated"), stacked=True)


PLOTS: Final = {
    "trial_balance": Plot(
        "Movement by month",
        """
        select strftime(period, '%Y-%m'), sum(debit), -sum(credit) from marts.trial_balance
        where row_kind = 'account' group by period order by period
        """,
        ("debit", "credit"),
        stacked=True,
    ),
    "profit_and_loss": Plot(
        "Result by month",
        """
        select strftime(period, '%Y-%m'),
            sum(result_effect) filter (where result_effect > 0), sum(result_effect) filter (where result_effect < 0)
        from marts.profit_and_loss where row_kind = 'account' group by period order by period
        """,
        ("income", "expense"),
        stacked=True,
    ),
    "aged_receivables": _aged("Receivables by age", "aged_receivables"),
    "aged_payables": _aged("Payables by age", "aged_payables"),
    "ledger_tie_out": Plot(
        "Difference from the ERP's own balances, by month",
        """
        select strftime(period, '%Y-%m'), sum(abs(difference)),
            coalesce(sum(abs(opening_difference)) filter (where status = 'opens differently'), 0)
        from marts.ledger_tie_out where status <> 'not landed' group by period order by period
        """,
        ("difference", "opens differently"),
    ),
    "integration_inventory": Plot(
        "Connections by provider and state",
        f"""
        select provider_name, {", ".join(f"count(*) filter (where state = '{state}')" for state in STATES)}
        from marts.integration_inventory group by provider_name order by provider_name
        """,
        STATES,
        stacked=True,
    ),
}


def picture(warehouse: duckdb.DuckDBPyConnection, mart: str) -> dg.MarkdownMetadataValue | None:
    """Return the mart's picture as Markdown with the image in it, or None where it has none or holds no rows."""
    plot = PLOTS.get(mart)
    if plot is None:
        return None
    rows = warehouse.execute(plot.query).fetchall()
    return drawn(plot, rows) if rows else None


def drawn(plot: Plot, rows: Sequence[Sequence[object]]) -> dg.MarkdownMetadataValue:
    """Draw `rows` (label, then one amount for each series; None counts as nothing) as a PNG."""
    # half a second, for a process that draws
    from matplotlib.figure import Figure  # noqa: PLC0415
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    figure = Figure(figsize=(9, 3.4), layout="constrained")
    axes = figure.subplots()
    labels = [str(row[0]) for row in rows]
    _bars(axes, plot, labels, rows)
    axes.set_title(plot.title, loc="left", color=INK)
    axes.axhline(0, color=INK, linewidth=0.8)
    axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.yaxis.set_major_locator(MaxNLocator("auto", steps=[1, 2, 2.5, 5, 10], integer=True))
    lowest, highest = axes.get_ylim()
    # the legend stands above the bars
    axes.set_ylim(lowest, highest + (highest - lowest) * 0.15)
    step = max(1, len(labels) // 12)
    axes.set_xticks(range(0, len(labels), step), labels[::step], rotation=30, ha="right", fontsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    if len(plot.series) > 1:
        axes.legend(fontsize=8, frameon=False, ncols=len(plot.series))
    return as_markdown(figure, plot.title)


def as_markdown(figure: Figure, title: str) -> dg.MarkdownMetadataValue:
    """Return the figure as a PNG inside Markdown, which the UI shows in place. Every run that draws it keeps it."""
    # comes with matplotlib, and only for a process that draws
    from PIL import Image  # noqa: PLC0415

    full, png = io.BytesIO(), io.BytesIO()
    figure.savefig(full, format="png", dpi=110)
    palette = Image.new("P", (1, 1))
    palette.putpalette(_palette())
    # a byte for each dot and not four: a third of the size
    Image.open(full).convert("RGB").quantize(palette=palette, dither=Image.Dither.NONE).save(png, "png", optimize=True)
    return dg.MetadataValue.md(f"![{title}](data:image/png;base64,{base64.b64encode(png.getvalue()).decode()})")


def _palette() -> list[int]:
    """Return what the pictures are drawn in, each colour as it is and in its soft edges towards white."""
    colours = {"#000000", INK, RISE, FALL, *SHADES}
    full = [tuple(bytes.fromhex(colour[1:])) for colour in sorted(colours)]
    shades = (round(255 - (255 - part) * share / 8) for share in range(8, 0, -1) for colour in full for part in colour)
    return [*shades, 255, 255, 255]


def _bars(axes: Axes, plot: Plot, labels: list[str], rows: Sequence[Sequence[object]]) -> None:
    places = range(len(labels))
    above, below = [0.0] * len(labels), [0.0] * len(labels)
    colours = (RISE, FALL) if len(plot.series) <= 2 else SHADES
    for number, name in enumerate(plot.series, start=1):
        # matplotlib draws in floats; the figures themselves stay in the warehouse
        heights = [float(str(row[number] or 0)) for row in rows]
        bases = [above[i] if height >= 0 else below[i] for i, height in enumerate(heights)]
        axes.bar(places, heights, bottom=bases if plot.stacked else None, label=name, color=colours[number - 1])
        for i, height in enumerate(heights):
            if height >= 0:
                above[i] += height
            else:
                below[i] += height
