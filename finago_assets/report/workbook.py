"""The binder as an Excel workbook: a sheet for each table, numbers as numbers, and figures that lead to their rows.

Owns sheets, links and the setup for print; what a cell looks like is cells.py's. Rows are written as they are read, so
that a large journal does not have to fit in memory.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from finago_assets.report.cells import WORKBOOK_OPTIONS, CellFormats, column_width, write_cell
from finago_assets.report.journal import LINE_COLUMNS
from finago_assets.report.tables import BinderRow, lines_anchor

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from finago_assets.report.figures import MonthFigures
    from finago_assets.report.parts import BinderPart
    from finago_assets.report.tables import BinderColumn, BinderTable

# title, sentence and an empty row stand above
HEADER_ROW: Final = 3
SHEET_ROWS: Final = 1_048_576
# what Excel opens of a sheet; each is a link
_MOST_LINKS: Final = 65_000
_LONGEST_SHEET_NAME: Final = 31
_A4: Final = 9


@dataclass(slots=True)
class _BinderSheet:
    """A worksheet that is filled row by row, from the header on."""

    name: str
    made: Any
    columns: Sequence[BinderColumn]
    rows: int = HEADER_ROW
    links: int = 0


@dataclass(slots=True)
class _Filling:
    """A workbook while it is filled: `places` says on which sheet and row an anchor is."""

    workbook: Any
    formats: CellFormats
    figures: MonthFigures
    sheet_rows: int
    places: dict[str, tuple[str, int]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)

    @property
    def held(self) -> int:
        """How many rows a sheet holds under its header."""
        return self.sheet_rows - HEADER_ROW - 1

    def place(self, anchor: str, sheets: Sequence[_BinderSheet], at: int) -> None:
        """Note that an anchor is at a row of a table, counted from its first, that is written over sheets."""
        number, row = divmod(at, self.held)
        self.places[anchor] = (sheets[number].name, HEADER_ROW + 1 + row)

    def add_sheet(self, title: str, columns: Sequence[BinderColumn]) -> _BinderSheet:
        """Add an empty sheet; its name is one that no other has."""
        plain = "".join(" " if sign in "[]:*?/\\'" else sign for sign in title)
        name, number = plain[:_LONGEST_SHEET_NAME].strip(), 2
        while name.casefold() in self.names:
            name = f"{plain[: _LONGEST_SHEET_NAME - 4].strip()} {number}"
            number += 1
        self.names.add(name.casefold())
        return _BinderSheet(name, self.workbook.add_worksheet(name), columns)


def write_workbook(
    file: BinaryIO, figures: MonthFigures, parts: Sequence[BinderPart], *, sheet_rows: int = SHEET_ROWS
) -> None:
    """Write the whole workbook. `sheet_rows` is how many a sheet holds. Raises OSError."""
    # rows wait there until the workbook is put together
    with TemporaryDirectory(prefix="finago-assets-") as folder:
        workbook = Workbook(file, {**WORKBOOK_OPTIONS, "tmpdir": folder})
        problem: OSError | None = None
        try:
            _fill_workbook_of(_Filling(workbook, CellFormats(workbook), figures, sheet_rows), parts)
        except OSError as raised:
            problem = raised
        finally:
            # closed in any case: what it holds open lies in a folder that goes
            try:
                workbook.close()
            except FileCreateError as error:
                problem = problem or OSError(*getattr(error.args[0], "args", ()))
        if problem is not None:
            raise problem


def _fill_workbook_of(filling: _Filling, parts: Sequence[BinderPart]) -> None:
    """Make every sheet first, so that a figure can lead to one that comes later; then fill each."""
    filling.workbook.set_properties({"title": _title(filling.figures), "comments": "Made by finago-assets."})
    filled: list[tuple[list[_BinderSheet], str, str, Iterable[BinderRow]]] = []
    for part in parts:
        for table in (one for one in part.tables if one.rows or not one.is_optional):
            sheets = _add_sheets(filling, _sheet_title(part, table), table.columns, len(table.rows))
            _place_anchors(filling, table, sheets)
            said = table.said or ("" if table.rows else table.nothing)
            filled.append((sheets, table.title, said, table.rows))
        if part.name == "journal":
            filled.append(_add_line_sheets(filling))
    for sheets, title, said, rows in filled:
        _write_over(filling, sheets, title, said, iter(rows))


def _sheet_title(part: BinderPart, table: BinderTable) -> str:
    return part.title if table is part.tables[0] and len(part.tables) == 1 else table.title


def _title(figures: MonthFigures) -> str:
    return f"{figures.title}, {figures.month}"


def _add_sheets(filling: _Filling, title: str, columns: Sequence[BinderColumn], rows: int) -> list[_BinderSheet]:
    """Add as many sheets as the rows need."""
    return [filling.add_sheet(title, columns) for _ in range(max(1, -(-rows // filling.held)))]


def _place_anchors(filling: _Filling, table: BinderTable, sheets: Sequence[_BinderSheet]) -> None:
    filling.places[table.name] = (sheets[0].name, 0)
    for at, row in enumerate(table.rows):
        if row.anchor is not None:
            filling.place(row.anchor, sheets, at)


def _add_line_sheets(filling: _Filling) -> tuple[list[_BinderSheet], str, str, Iterable[BinderRow]]:
    """Add the sheets of the journal's lines, and note where each account's begin."""
    journal = filling.figures.journal
    sheets = _add_sheets(filling, "Lines", LINE_COLUMNS, journal.lines)
    for account in journal.accounts:
        filling.place(lines_anchor(account.account), sheets, account.begins)
    said = "Account by account, by day and voucher."
    return sheets, f"Lines of {journal.month}", said, map(BinderRow, journal.rows())


def _write_over(
    filling: _Filling, sheets: Sequence[_BinderSheet], title: str, said: str, rows: Iterator[BinderRow]
) -> None:
    """Write rows over sheets, each full before the next begins."""
    for number, sheet in enumerate(sheets, start=1):
        part = f" Part {number} of {len(sheets)}." if len(sheets) > 1 else ""
        _begin_sheet(filling, sheet, title, f"{said}{part}")
        _write_table_rows(filling, sheet, islice(rows, filling.held))
        _finish_sheet(sheet)


def _begin_sheet(filling: _Filling, sheet: _BinderSheet, title: str, said: str) -> None:
    """Write what stands above the rows, and set the sheet up for the screen and for paper."""
    figures, made, formats = filling.figures, sheet.made, filling.formats
    currency = figures.currency or "the organization's own currency"
    made.set_landscape()
    made.set_paper(_A4)
    made.fit_to_pages(1, 0)
    made.repeat_rows(HEADER_ROW)
    made.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.7)
    organization = f"{figures.title}".replace("&", "&&")[:100]
    made.set_footer(f"&L{organization}&C{figures.month}  &A&RPage &P of &N")
    made.hide_gridlines(2)
    made.freeze_panes(HEADER_ROW + 1, 0)
    for place, column in enumerate(sheet.columns):
        made.set_column(place, place, column_width(column))
    write_cell(made, 0, 0, title, formats.title, formats)
    whose = f"{figures.title} ({figures.organization}), {figures.month}, amounts in {currency}. {said}".strip()
    write_cell(made, 1, 0, whose, formats.said, formats)
    for place, column in enumerate(sheet.columns):
        made.write_string(HEADER_ROW, place, column.title, formats.header)


def _write_table_rows(filling: _Filling, sheet: _BinderSheet, rows: Iterable[BinderRow]) -> None:
    for row in rows:
        sheet.rows += 1
        place = filling.places.get(row.target) if row.target is not None else None
        for at, (column, value) in enumerate(zip(sheet.columns, row.cells, strict=True)):
            if value is None:
                continue
            leads = place is not None and column.leads and sheet.links < _MOST_LINKS
            format_ = filling.formats.of(column.kind, row.level, leads=leads, wide=column.wide)
            if leads and place is not None:
                sheet.links += 1
                # the cell's own value is written over the address, and keeps the link
                sheet.made.write_url(sheet.rows, at, _address(*place), format_, "")
            write_cell(sheet.made, sheet.rows, at, value, format_, filling.formats)


def _address(sheet: str, row: int) -> str:
    return f"internal:'{sheet}'!A{row + 1}"


def _finish_sheet(sheet: _BinderSheet) -> None:
    sheet.made.autofilter(HEADER_ROW, 0, max(sheet.rows, HEADER_ROW + 1), len(sheet.columns) - 1)
