"""Pictures of the page, drawn as SVG: the result by month, what is open by age, and the bank by day.

Owns what is drawn and the words for those who cannot see it. A picture is a part of the page and fetched from nowhere.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.report.month import month_of
from finago_assets.report.subledger import BUCKET_NAMES, BUCKETS

if TYPE_CHECKING:
    from decimal import Decimal

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from finago_assets.report.figures import MonthFigures
    from finago_assets.report.source import Publication
    from finago_assets.report.tables import BinderTable

_DARK, _GREEN, _LIGHT_GREEN, _RED, _LIGHT_RED = "#33415c", "#2a9d8f", "#a8d8d2", "#d1495b", "#eeb4bc"
_RESULT_BY_MONTH: Final = """
    select period, coalesce(sum(amount) filter (where account_class = 3), 0),
        coalesce(-sum(amount) filter (where account_class is distinct from 3), 0),
        sum(amount_last_year) filter (where account_class = 3),
        -sum(amount_last_year) filter (where account_class is distinct from 3)
    from reporting.profit_and_loss where organization_id = ? and period between ? and ? group by period order by period
"""


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A picture for an `img`: its address holds all of it. `alt` says what it shows."""

    title: str
    alt: str
    address: str


def draw_pictures(source: Publication, figures: MonthFigures) -> dict[str, PagePicture]:
    """Return the pictures by the part that they stand in; one without anything to show is left out."""
    drawn = {
        "profit_and_loss": _draw_result_by_month(source, figures),
        "parties": _draw_age_bars(figures),
        "balance_sheet": _draw_bank(figures),
    }
    return {part: picture for part, picture in drawn.items() if picture is not None}


def _draw_result_by_month(source: Publication, figures: MonthFigures) -> PagePicture | None:
    month = figures.month
    first = month.year_before.next
    rows = source.rows(_RESULT_BY_MONTH, figures.organization, first.first, month.first)
    if not rows:
        return None
    figure, axes = _canvas("Income and costs by month, with the same month last year")
    places = range(len(rows))
    # matplotlib draws in floats; the figures themselves stand in the tables
    for number, (name, colour) in enumerate(
        (("income", _GREEN), ("costs", _RED), ("income last year", _LIGHT_GREEN), ("costs last year", _LIGHT_RED)),
        start=1,
    ):
        heights = [float(row[number] or 0) for row in rows]
        offset = (-0.3, 0.1, -0.1, 0.3)[number - 1]
        axes.bar([place + offset for place in places], heights, width=0.2, label=name, color=colour)
    axes.set_xticks(places, [f"{month_of(row[0])}" for row in rows], fontsize=8)
    axes.legend(fontsize=8, frameon=False, ncols=4, loc="upper center", bbox_to_anchor=(0.5, 1.12))
    *_, (_, income, costs, _, _) = rows
    alt = (
        f"Bars of income and costs for {len(rows)} months; in {figures.month} income is {income} and costs are {costs}."
    )
    return _as_picture(figure, "Income and costs", alt)


def _draw_age_bars(figures: MonthFigures) -> PagePicture | None:
    sides = [(name, _bucket_sums(table)) for name, table in _sides(figures) if table.rows]
    if not sides:
        return None
    figure, axes = _canvas(f"Open on {figures.as_of}, by age")
    for number, (name, sums) in enumerate(sides):
        places = [place + (number - 0.5) * 0.38 for place in range(len(BUCKETS))]
        axes.bar(places, [float(one) for one in sums], width=0.36, label=name, color=(_GREEN, _RED)[name == "payables"])
    axes.set_xticks(range(len(BUCKETS)), BUCKET_NAMES, fontsize=8)
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.12))
    told = "; ".join(f"{name}: {', '.join(map(str, sums))}" for name, sums in sides)
    return _as_picture(figure, "Open by age", f"Bars of what is open by age ({', '.join(BUCKET_NAMES)}). {told}.")


def _sides(figures: MonthFigures) -> list[tuple[str, BinderTable]]:
    return [("receivables", figures.receivables), ("payables", figures.payables)]


def _bucket_sums(table: BinderTable) -> list[Decimal | int]:
    records = table.records()
    # an unknown amount is no bar; the table says that it is unknown
    return [sum((one[bucket] for one in records if one[bucket] is not None), start=0) for bucket in BUCKETS]


def _draw_bank(figures: MonthFigures) -> PagePicture | None:
    shown = [account for account in figures.bank if len(account.days) > 1][:6]
    if not shown:
        return None
    figure, axes = _canvas("In the bank, day by day")
    for account in shown:
        days = [day.day for day, _ in account.days]
        # the font has no other signs, and a dollar begins a formula there
        name = f"{account.number} {account.name or ''}".strip()[:40].encode("latin-1", "replace").decode("latin-1")
        name = name.replace("$", r"\$")
        axes.step(days, [float(balance) for _, balance in account.days], where="post", label=name)
    axes.set_xlabel(f"day of {figures.month}", fontsize=8)
    axes.legend(fontsize=8, frameon=False, ncols=2, loc="upper center", bbox_to_anchor=(0.5, 1.14))
    told = "; ".join(f"account {one.number} closes with {one.closing}, lowest {one.lowest[1]}" for one in shown)
    return _as_picture(figure, "Bank by day", f"Lines of the bank's balance by day: {told}.")


def _canvas(title: str) -> tuple[Figure, Axes]:
    # half a second, for a process that draws
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(9, 3.1), layout="constrained")
    axes = figure.subplots()
    axes.set_title(title, loc="left", color=_DARK, fontsize=11, pad=22)
    axes.axhline(0, color=_DARK, linewidth=0.8)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    axes.tick_params(axis="y", labelsize=8)
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _as_picture(figure: Figure, title: str, alt: str) -> PagePicture:
    from matplotlib import rc_context  # noqa: PLC0415

    drawn = io.BytesIO()
    # the same figures make the same bytes
    with rc_context({"svg.hashsalt": title, "svg.fonttype": "path"}):
        figure.savefig(drawn, format="svg", metadata={"Date": None, "Creator": None})
    return PagePicture(title, alt, f"data:image/svg+xml;base64,{base64.b64encode(drawn.getvalue()).decode()}")
