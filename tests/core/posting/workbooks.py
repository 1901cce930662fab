"""Workbooks written by hand, so that a test can put into a cell what a program that writes them would not."""

from __future__ import annotations

import zipfile
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable
    from pathlib import Path

_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_HIDDEN: Final = ' state="hidden"'
_STYLES: Final = (
    f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>'
)


def text(value: str) -> str:
    """A cell of text."""
    return f't="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is>'


def number(value: str) -> str:
    """A cell that holds a number, as the file has it."""
    return f"><v>{value}</v>"


def day(serial: str) -> str:
    """A cell that is formatted as a day."""
    return f's="1"><v>{serial}</v>'


def flag() -> str:
    """A cell that holds TRUE."""
    return 't="b"><v>1</v>'


def failed(error: str) -> str:
    """A formula that ended in an error."""
    return f't="e"><f>1/0</f><v>{error}</v>'


def uncalculated() -> str:
    """A formula that no program has calculated yet."""
    return "><f>A1*2</f>"


def write_workbook(
    path: Path, *sheets: tuple[str, Iterable[Iterable[str]]], hidden: str = "", first_row: int = 1
) -> Path:
    """Write sheets by name, each with rows of cells; an empty text is no cell."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in _parts([name for name, _ in sheets], hidden).items():
            package.writestr(name, content)
        for at, (_, rows) in enumerate(sheets, start=1):
            body = "".join(_row(place, cells) for place, cells in enumerate(rows, start=first_row))
            package.writestr(
                f"xl/worksheets/sheet{at}.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
            )
    return path


def rewrite_sheet(path: Path, pattern: re.Pattern[bytes], by: bytes, sheet: int = 1) -> None:
    """Replace something in the XML of a sheet of a workbook."""
    with zipfile.ZipFile(path) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    part = f"xl/worksheets/sheet{sheet}.xml"
    parts[part] = pattern.sub(by, parts[part])
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def _row(place: int, cells: Iterable[str]) -> str:
    letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    body = "".join(f'<c r="{letters[at]}{place}" {cell}</c>' for at, cell in enumerate(cells) if cell)
    return f'<row r="{place}">{body}</row>'


def _parts(names: list[str], hidden: str) -> dict[str, str]:
    places = range(1, len(names) + 1)
    sheets = "".join(
        f'<sheet name="{name}" sheetId="{at}" r:id="s{at}"{_HIDDEN if name == hidden else ""}/>'
        for at, name in zip(places, names, strict=True)
    )
    overrides = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType="{_TYPES}.{kind}+xml"/>'
        for part, kind in [("workbook", "sheet.main"), ("styles", "styles")]
        + [(f"worksheets/sheet{at}", "worksheet") for at in places]
    )
    relations = "".join(
        f'<Relationship Id="s{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.xml"/>' for at in places
    )
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Default Extension="xml" ContentType="application/xml"/>{overrides}</Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="r" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{sheets}</sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}">{relations}'
        f'<Relationship Id="st" Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }
