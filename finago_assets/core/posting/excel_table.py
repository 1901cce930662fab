"""A journal kept in Excel: one sheet of an .xlsx file, its rows counted as Excel does.

Owns what Excel leaves open: a number is a binary float there, and is read as the shortest decimal that gives it. A
formula without a result is found in the sheet itself, for the reader of workbooks shows an empty cell in its place.
"""

from __future__ import annotations

import io
import zipfile
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from lxml.etree import XMLSyntaxError
from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

from finago_assets.core.posting.excel_cells import SheetScan, scan_sheet
from finago_assets.core.posting.findings import find
from finago_assets.core.posting.table import JournalTable, refuse_source

if TYPE_CHECKING:
    from pathlib import Path

    from python_calamine import CalamineWorkbook

_MOST_INFLATED: Final = 200_000_000
_MOST_CELLS: Final = 5_000_000


def read_excel_table(path: Path, content: bytes, sheet: str | None) -> JournalTable:
    """Read a sheet, the first that is not hidden where none is named. Raises RequestRefused."""
    source = f"{path}#{sheet}" if sheet else str(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            _check_size(source, package)
            workbook = load_workbook(io.BytesIO(content))
            name = _find_sheet(source, workbook, sheet)
            found = scan_sheet(package, name)
        if found.cells > _MOST_CELLS:
            raise refuse_source(source, "its sheet reaches over millions of cells. Delete the empty rows and columns.")
        return _table_of(source, workbook, name, found)
    except (zipfile.BadZipFile, CalamineError, XMLSyntaxError, KeyError, ValueError, OverflowError):
        raise refuse_source(
            source, "it is no .xlsx workbook that can be opened. Save it as .xlsx, without a password."
        ) from None


def _check_size(source: str, package: zipfile.ZipFile) -> None:
    if sum(member.file_size for member in package.infolist()) > _MOST_INFLATED:
        raise refuse_source(source, "it unpacks to more than 200 MB. Give Parquet or CSV.")


def _find_sheet(source: str, workbook: CalamineWorkbook, sheet: str | None) -> str:
    if sheet is not None:
        if sheet not in workbook.sheet_names:
            raise refuse_source(source, f"it has no such sheet; there are {', '.join(workbook.sheet_names[:20])}.")
        return sheet
    seen = (
        found.name
        for found in workbook.sheets_metadata
        if found.visible is SheetVisibleEnum.Visible and found.typ is SheetTypeEnum.WorkSheet
    )
    if (name := next(seen, None)) is None:
        raise refuse_source(source, "it has no sheet that can be seen.")
    return name


def _table_of(source: str, workbook: CalamineWorkbook, name: str, found: SheetScan) -> JournalTable:
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        raise refuse_source(source, "the sheet is empty. Its first row names the columns.")
    top, left = sheet.start
    rows = [
        (
            at,
            [found.without_result.get((at, left + place + 1)) or _exact_number(cell) for place, cell in enumerate(row)],
        )
        for at, row in enumerate(sheet.to_python(), start=top + 1)
    ]
    (header, names), *records = rows
    width = max(place for place, cell in enumerate(names) if cell is not None) + 1
    kept = [(at, cells) for at, cells in records if any(cell is not None for cell in cells)]
    beyond = any(cell is not None for _, cells in kept for cell in cells[width:])
    wide = len(names) if beyond else width
    return JournalTable(
        source,
        tuple("" if cell is None else str(cell) for cell in names[:wide]),
        [(at, cells[:wide]) for at, cells in kept],
        header,
        loses_zeros=True,
        findings=tuple(find("hidden-row", row=at) for at, _ in kept if at in found.hidden_rows),
    )


def _exact_number(cell: object) -> object:
    """Return a number as the shortest decimal that gives it, nothing for an empty cell, and the rest as it is."""
    if isinstance(cell, float):
        return Decimal(repr(cell))
    return None if cell == "" else cell
