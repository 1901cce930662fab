"""Rows as an HTML table: amounts exact to two decimals and right-aligned, names that lead somewhere as links.

Owns how a value is spelled. The table of the tool itself would show amounts through binary fractions, or sort them as
text.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from html import escape
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from finago_assets.core.amounts import UNKNOWN_AMOUNT, spell_amount
from finago_assets.core.windows import OSLO

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from finago_assets.look.books import BookRow

_NO_AMOUNT: Final = "-"
_STYLE: Final = """<style>
.books {overflow: auto; max-height: 34rem; border: 1px solid rgba(128, 128, 128, .3); border-radius: .4rem}
.books.short {max-height: 17rem}
.books table {border-collapse: separate; border-spacing: 0; width: 100%; font-size: .875rem;
  font-variant-numeric: tabular-nums}
.books th, .books tfoot td {position: sticky; background: #f3f5f4; color: #333; font-weight: 600; text-align: left}
.books th {top: 0} .books tfoot td {bottom: 0; border-top: 1px solid #99a}
.books th, .books td {padding: .3rem .6rem; border-bottom: 1px solid rgba(128, 128, 128, .2); vertical-align: top}
.books .amount, .books .number {text-align: right; white-space: nowrap}
.books .day, .books .month, .books .moment {white-space: nowrap}
.books td.text {min-width: 5rem; overflow-wrap: break-word}
.books th {white-space: normal !important}
.books a, .led {color: #1f7a5a} .books a:visited {color: #1f7a5a}
.books .bad {color: #b3261e; font-weight: 600} .books .good {color: #1b7a43} .books .quiet {color: #8a8f8d}
</style>"""


class ShownAs(StrEnum):
    """How a column's values are spelled and set."""

    TEXT = "text"
    AMOUNT = "amount"
    NUMBER = "number"
    COUNT = "count"
    DAY = "day"
    MONTH = "month"
    MOMENT = "moment"


@dataclass(frozen=True, slots=True)
class Shown:
    """A column: its name in the rows, what stands above it, and where a value leads, if anywhere.

    `tone` gives a value the look of `bad`, `good` or `quiet`.
    """

    name: str
    label: str
    kind: ShownAs = ShownAs.TEXT
    link: Callable[[BookRow], str | None] | None = None
    tone: Callable[[BookRow], str] | None = None


def amounts(**labels: str) -> list[Shown]:
    """Return a column of amounts for each name."""
    return [Shown(name, label, ShownAs.AMOUNT) for name, label in labels.items()]


def spell_moment(moment: datetime) -> str:
    """Spell a moment as it is in Oslo; the warehouse's timestamps are UTC."""
    return f"{_in_oslo(moment):%Y-%m-%d %H:%M}"


def _in_oslo(moment: datetime) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(OSLO)


def spell_shown(value: object, kind: ShownAs) -> str:
    """Spell a value as its column shows it."""
    match value, kind:
        case None, _:
            spelled = _NO_AMOUNT if kind is ShownAs.AMOUNT else ""
        case Decimal(), ShownAs.AMOUNT:
            spelled = spell_amount(value)
        case Decimal(), _:
            spelled = f"{value.normalize():f}"
        case int(), ShownAs.COUNT:
            spelled = f"{value:,}"
        case datetime(), _:
            spelled = spell_moment(value)
        case _:
            spelled = f"{value:%Y-%m}" if kind is ShownAs.MONTH else f"{value}"
    return spelled


def link_to(page: str, **parameters: object) -> str:
    """Return the address of a page; what is None or empty is left out."""
    given = {name: f"{value}" for name, value in parameters.items() if value not in (None, "")}
    return f"{page}?{urlencode(given)}" if given else page


def html_links(links: Iterable[tuple[str, str]]) -> str:
    """Return a list of links, each a sentence and an address."""
    items = (f'<li><a class="led" href="{escape(to)}" target="_self">{escape(text)}</a></li>' for text, to in links)
    return f"{_STYLE}<ul>{''.join(items)}</ul>"


def html_table(
    rows: Iterable[BookRow], columns: Sequence[Shown], total: BookRow | None = None, *, short: bool = False
) -> str:
    """Return a table of rows; `total` is a last row that stays in sight, `short` leaves room for what follows."""
    head = "".join(f'<th class="{_class_of(one)}">{escape(one.label)}</th>' for one in columns)
    body = "".join(f"<tr>{_table_cells(row, columns)}</tr>" for row in rows)
    foot = "" if total is None else f"<tfoot><tr>{_total_cells(total, columns)}</tr></tfoot>"
    table = f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody>{foot}</table>"
    return f'{_STYLE}<div class="books{" short" if short else ""}">{table}</div>'


def _class_of(column: Shown) -> str:
    return ShownAs.NUMBER.value if column.kind is ShownAs.COUNT else column.kind.value


def _table_cells(row: BookRow, columns: Sequence[Shown]) -> str:
    return "".join(_cell(row, column) for column in columns)


def _cell(row: BookRow, column: Shown) -> str:
    text = escape(spell_shown(row[column.name], column.kind))
    address = None if column.link is None else column.link(row)
    inside = text if address is None else f'<a href="{escape(address)}" target="_self">{text}</a>'
    return f'<td class="{_class_of(column)} {_tone_of(row, column)}">{inside}</td>'


def _tone_of(row: BookRow, column: Shown) -> str:
    if column.tone is not None:
        return column.tone(row)
    # what is nothing steps back, so that the others are seen
    return "quiet" if column.kind in {ShownAs.AMOUNT, ShownAs.COUNT} and not row[column.name] else ""


def _total_cells(total: BookRow, columns: Sequence[Shown]) -> str:
    """An amount that is unknown is said to be so in a sum: a dash would read as none."""
    return "".join(f'<td class="{_class_of(column)}">{escape(_total_text(total, column))}</td>' for column in columns)


def _total_text(total: BookRow, column: Shown) -> str:
    if column.name not in total:
        return ""
    value = total[column.name]
    return UNKNOWN_AMOUNT if value is None else spell_shown(value, column.kind)
