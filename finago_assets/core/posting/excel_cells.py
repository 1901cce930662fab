"""What the reader of workbooks does not tell: formulas without a result, hidden rows, and how far a sheet reaches.

Owns a look at the sheet's own XML. Reads no value.
"""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Final

from lxml import etree

from finago_assets.core.posting.cells import FormulaError

if TYPE_CHECKING:
    import zipfile
    from collections.abc import Iterator

_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_CELL_PLACE: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_TRUE: Final = ("1", "true")
_NO_RESULT: Final = FormulaError("a formula that was never calculated")


@dataclass(slots=True)
class SheetScan:
    """Cells by row and column, both counted from 1. `cells` is how many the sheet's outline takes in."""

    without_result: dict[tuple[int, int], FormulaError] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    rows: int = 0
    columns: int = 0

    @property
    def cells(self) -> int:
        return self.rows * self.columns


def scan_sheet(package: zipfile.ZipFile, name: str) -> SheetScan:
    """Look through a sheet. Raises XMLSyntaxError, KeyError or BadZipFile for what is no workbook."""
    scan = SheetScan()
    with package.open(_find_part(package, name)) as stream:
        _scan(stream, scan)
    return scan


def _find_part(package: zipfile.ZipFile, name: str) -> str:
    with package.open(_WORKBOOK) as stream:
        ids = [
            next(value for key, value in sheet.attrib.items() if str(key).endswith("}id"))
            for _, sheet in _parse_elements(stream, "sheet")
            if sheet.get("name") == name
        ]
    with package.open(_RELATIONS) as stream:
        targets = {
            relation.get("Id"): relation.get("Target") for _, relation in _parse_elements(stream, "Relationship")
        }
    return posixpath.normpath(posixpath.join("/xl", str(targets[ids[0]]))).lstrip("/")


def _scan(stream: IO[bytes], scan: SheetScan) -> None:
    row = column = 0
    for event, element in _parse_elements(stream, "row", "c", events=("start", "end")):
        if element.tag.endswith("}row"):
            if event == "start":
                # a row or a cell that does not say where it is follows the one before
                row, column = int(element.get("r") or row + 1), 0
                if element.get("hidden") in _TRUE:
                    scan.hidden_rows.add(row)
            else:
                element.clear()
        elif event == "end":
            column = _column_of(element.get("r")) or column + 1
            if (fault := _missing_result(element)) is not None:
                scan.without_result[row, column] = fault
            scan.rows, scan.columns = max(scan.rows, row), max(scan.columns, column)


def _missing_result(cell: etree._Element) -> FormulaError | None:
    if cell.get("t") == "e":
        return FormulaError(cell.findtext("{*}v") or "an error")
    if cell.find("{*}f") is not None and cell.find("{*}v") is None:
        return _NO_RESULT
    return None


def _column_of(reference: str | None) -> int:
    place = _CELL_PLACE.fullmatch(reference or "")
    number = 0
    for letter in place[1] if place else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _parse_elements(
    stream: IO[bytes], *names: str, events: tuple[str, ...] = ("end",)
) -> Iterator[tuple[str, etree._Element]]:
    return iter(
        etree.iterparse(
            stream, events=events, tag=[f"{{*}}{name}" for name in names], resolve_entities=False, no_network=True
        )
    )
