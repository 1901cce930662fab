"""The binder as one HTML page that needs no server, no network and no script, and that prints on A4.

Owns what of a table stands on the page, how a cell is spelled, and where it leads. What the page looks like is
binder.html's and binder.css's; every text is escaped there.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.amounts import spell_amount
from finago_assets.report.decisions import count_verdicts
from finago_assets.report.journal import LINE_COLUMNS
from finago_assets.report.tables import BinderKind, BinderRow, RowLevel, lines_anchor
from finago_assets.report.texts import printable_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from finago_assets.report.decisions import JudgedException
    from finago_assets.report.figures import MonthFigures
    from finago_assets.report.journal import AccountLines
    from finago_assets.report.parts import BinderPart
    from finago_assets.report.pictures import PagePicture
    from finago_assets.report.tables import BinderColumn, BinderTable

# a page of more is slow to open and nobody's to print; the workbook has all
MOST_TABLE_ROWS: Final = 1_000
MOST_LINES_OF_ACCOUNT: Final = 200
MOST_LINES: Final = 4_000
_MOST_LETTERS_OF_CELL: Final = 500
TIES: Final = "ties"
_STATEMENTS: Final = frozenset({"tie_out", TIES, "trial_balance", "profit_and_loss", "balance_sheet"})
_FOLDED: Final = frozenset({TIES, "open_items", "changed_lines", "late"})
_NO_CONTENT: Final = (None, "")
_PAGE_COLUMNS: Final = tuple(
    one
    for one in LINE_COLUMNS
    if one.name not in {"account_number", "account_name", "customer_id", "due_date", "modified_at", "line_id"}
)


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell as it is shown: its text, its classes, and the address that it leads to."""

    text: str
    classes: str = ""
    address: str | None = None


@dataclass(frozen=True, slots=True)
class PageRow:
    """A row as it is shown."""

    level: RowLevel
    id: str | None
    cells: Sequence[PageCell]


@dataclass(frozen=True, slots=True)
class PageTable:
    """A table as it is shown; `more` says what of it is not."""

    id: str
    title: str
    said: str
    nothing: str
    heads: Sequence[PageCell]
    rows: Sequence[PageRow]
    more: str
    folded: str


@dataclass(frozen=True, slots=True)
class PageAccount:
    """An account of the journal, folded: what stands on the fold, and the lines under it."""

    title: str
    lines: str
    amount: PageCell
    table: PageTable


@dataclass(frozen=True, slots=True)
class PageException:
    """An exception as it is shown. `decide`: what to type to decide about it; empty where there is nothing to."""

    id: str
    judged: JudgedException
    address: str | None
    decide: str
    why: str


class BinderPage:
    """Makes the page of one month. `workbook` is the name of the file beside it, `made_at` a moment in UTC."""

    def __init__(  # noqa: PLR0913  what a page is made of
        self,
        figures: MonthFigures,
        parts: Sequence[BinderPart],
        judged: Sequence[JudgedException],
        pictures: Mapping[str, PagePicture],
        *,
        workbook: str,
        made_at: str,
        built_at: str,
    ) -> None:
        self._figures, self._parts, self._judged, self._pictures = figures, parts, judged, pictures
        self._facts = {"workbook": workbook, "made_at": _minute(made_at), "built_at": _minute(built_at)}
        self._anchors = {lines_anchor(one.account) for one in figures.journal.accounts}
        for part in parts:
            self._anchors |= {table.name for table in part.tables}
            self._anchors |= {row.anchor for table in part.tables for row in table.rows if row.anchor}

    def html(self) -> str:
        """Return the whole page."""
        # a tenth of a second, for who makes a page
        from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415

        folder = Path(__file__).parent
        environment = Environment(
            loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        tables = {part.name: self._tables_of(part) for part in self._parts}
        return environment.get_template("binder.html").render(
            figures=self._figures,
            parts=self._parts,
            tables=tables,
            accounts=list(self._accounts()),
            exceptions=[self._exception(one) for one in self._judged],
            counts=count_verdicts(self._judged),
            pictures=self._pictures,
            style=(folder / "binder.css").read_text(encoding="utf-8"),
            currency=self._figures.currency or "the organization's own currency",
            text=_as_shown,
            **self._facts,
        )

    def _shown(self, table: BinderTable) -> PageTable:
        rows, more = list(table.rows), ""
        if table.name in _STATEMENTS:
            rows = [row for row in rows if not _says_nothing(table.columns, row)]
            if len(rows) < len(table.rows):
                more = "Accounts without any figure are left out here; the workbook has them."
        if len(rows) > MOST_TABLE_ROWS:
            totals = [row for row in rows[MOST_TABLE_ROWS:] if row.level is RowLevel.TOTAL]
            more = f"The first {MOST_TABLE_ROWS:,} of {len(rows):,} rows; the rest is in the workbook."
            rows = [*rows[:MOST_TABLE_ROWS], *totals]
        return self._page_table(table, rows, more)

    def _tables_of(self, part: BinderPart) -> list[PageTable]:
        """Return a part's tables; what ties is folded, so that what does not is seen."""
        if part.name != "tie_out":
            return [self._shown(table) for table in part.tables]
        (table,) = part.tables
        odd, ties = (
            replace(table, rows=[row for row in table.rows if (row.cells[table.place("status")] == "ties") is tied])
            for tied in (False, True)
        )
        odd = replace(odd, title="Accounts that do not tie", nothing="none." if ties.rows else table.nothing)
        ties = replace(ties, name=TIES, title="Accounts that tie", said="")
        return [replace(self._shown(odd), said=table.said), *([self._shown(ties)] if ties.rows else [])]

    def _page_table(self, table: BinderTable, rows: Sequence[BinderRow], more: str) -> PageTable:
        folded = f"{table.title}: {len(table.rows):,}" if table.name in _FOLDED and rows else ""
        # a column without anything in it takes the room of those that have
        kept = [at for at in range(len(table.columns)) if any(row.cells[at] not in _NO_CONTENT for row in rows)]
        columns = [table.columns[at] for at in kept]
        held = [replace(row, cells=tuple(row.cells[at] for at in kept)) for row in rows]
        return PageTable(
            anchor_id(table.name),
            table.title,
            _as_shown(table.said),
            table.nothing,
            heads_of(columns),
            [page_row(columns, row, self._anchors) for row in held],
            more,
            folded,
        )

    def _accounts(self) -> Iterator[PageAccount]:
        left = MOST_LINES
        for account in self._figures.journal.accounts:
            shown = min(account.lines, MOST_LINES_OF_ACCOUNT, left)
            left -= shown
            yield self._account(account, shown)

    def _account(self, account: AccountLines, shown: int) -> PageAccount:
        lines = self._figures.journal.rows_of(account.account, shown) if shown else []
        places = [at for at, one in enumerate(LINE_COLUMNS) if one in _PAGE_COLUMNS]
        rows = [BinderRow(tuple(line[at] for at in places)) for line in lines]
        left_out = account.lines - shown
        table = PageTable(
            anchor_id(lines_anchor(account.account)),
            f"Lines of account {account.account}",
            "",
            "",
            heads_of(_PAGE_COLUMNS),
            [page_row(_PAGE_COLUMNS, row, ()) for row in rows],
            f"{left_out:,} of {account.lines:,} lines are not shown here; the workbook has every one."
            if left_out
            else "",
            "",
        )
        return PageAccount(
            _as_shown(f"{'no account' if account.account is None else account.account} {account.name or ''}".strip()),
            f"{account.lines:,} {'line' if account.lines == 1 else 'lines'}",
            spell_cell(BinderKind.MONEY, account.amount),
            table,
        )

    def _exception(self, judged: JudgedException) -> PageException:
        item, figures = judged.item, self._figures
        words = ["finago-assets", "report", "decide", item.id, "--period", f"{figures.month}"]
        words += ["--organization", figures.organization, "--verdict", "pass"]
        command = " ".join(map(shlex.quote, words)) + " --by '...' --note '...'"
        return PageException(
            anchor_id(f"exception-{item.id}"),
            judged,
            f"#{anchor_id(item.target)}" if item.target in self._anchors else None,
            command if item.verdict != "pass" else "",
            _as_shown(item.why),
        )


def heads_of(columns: Sequence[BinderColumn]) -> list[PageCell]:
    """Return the heads of a table's columns."""
    return [PageCell(one.title, _classes(one)) for one in columns]


def page_row(columns: Sequence[BinderColumn], row: BinderRow, anchors: Collection[str]) -> PageRow:
    """Return a row as it is shown; it leads only to what is there."""
    address = f"#{anchor_id(row.target)}" if row.target is not None and row.target in anchors else None
    cells = []
    for column, value in zip(columns, row.cells, strict=True):
        cell = spell_cell(column.kind, value)
        # nothing is behind a zero
        leads = address if column.leads and value is not None and "zero" not in cell.classes else None
        cells.append(PageCell(cell.text, f"{_classes(column)} {cell.classes}".strip(), leads))
    return PageRow(row.level, anchor_id(row.anchor) if row.anchor else None, cells)


def spell_cell(kind: BinderKind, value: object) -> PageCell:
    """Return a value as the page spells it: 1 234,50 with thin spaces, days as they sort, nothing as a dash."""
    if value is None:
        return PageCell("\u2013" if kind is BinderKind.MONEY else "", "none")
    if kind is BinderKind.MONEY and isinstance(value, Decimal | int):
        return PageCell(spell_amount(value), "negative" if value < 0 else "zero" if value == 0 else "")
    if kind is BinderKind.RATE and isinstance(value, Decimal):
        return PageCell(f"{value.normalize():f}".replace(".", ","))
    if kind is BinderKind.COUNT:
        return PageCell(f"{value:,}")
    if isinstance(value, datetime):
        return PageCell(f"{value:%Y-%m-%d %H:%M}")
    return PageCell(f"{value}" if isinstance(value, date) else _as_shown(f"{value}"))


def anchor_id(anchor: str) -> str:
    """Return an anchor as an id of the page, whatever is in it."""
    return re.sub(r"[^A-Za-z0-9_-]", lambda sign: f".{ord(sign[0]):x}.", anchor)


def _classes(column: BinderColumn) -> str:
    return f"{column.kind.value}{' wide' if column.wide else ''}"


def _says_nothing(columns: Sequence[BinderColumn], row: BinderRow) -> bool:
    """Tell whether a line has no figure but zeros; one whose first figure is unknown says that."""
    if row.level is not RowLevel.LINE:
        return False
    money: list[Any] = [
        value for column, value in zip(columns, row.cells, strict=True) if column.kind is BinderKind.MONEY
    ]
    return money[0] is not None and not any(money)


def _as_shown(text: str) -> str:
    return printable_text(text, _MOST_LETTERS_OF_CELL)


def _minute(moment: str) -> str:
    return moment[:16].replace("T", " ")
