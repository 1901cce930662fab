"""What a cell of the workbook holds and looks like: amounts with two decimals, days as days, and no text a formula.

Owns formats and widths. Where a cell stands is workbook.py's.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.request.targets.spreadsheets import may_be_formula
from finago_assets.report.tables import BinderKind, RowLevel
from finago_assets.report.texts import printable_text

if TYPE_CHECKING:
    from finago_assets.report.tables import BinderColumn

WORKBOOK_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "yyyy-mm-dd",
}
# Excel puts the thousands separator and the decimal sign of its own language
MONEY_FORMAT: Final = "#,##0.00;[Red]-#,##0.00"
_NUMBER_FORMATS: Final = {
    BinderKind.MONEY: MONEY_FORMAT,
    BinderKind.COUNT: "#,##0",
    BinderKind.NUMBER: "0",
    BinderKind.RATE: "0.####",
    BinderKind.DAY: "yyyy-mm-dd",
    BinderKind.MOMENT: "yyyy-mm-dd hh:mm",
}
_EXACT_SIGNS: Final = 15
_MOST_SIGNS: Final = 32_000
_FIRST_DAY_OF_EXCEL: Final = date(1900, 3, 1)
_COLUMN_WIDTHS: Final = {
    BinderKind.MONEY: 17,
    BinderKind.COUNT: 10,
    BinderKind.NUMBER: 11,
    BinderKind.RATE: 10,
    BinderKind.DAY: 12,
    BinderKind.MOMENT: 17,
    BinderKind.TEXT: 24,
}
_WIDE: Final = 60
_LINK: Final = "#0b5394"


class CellFormats:
    """The formats of a workbook, each made once, and beside each the same for a text that begins like a formula."""

    def __init__(self, workbook: Any) -> None:  # noqa: ANN401  the library has no types
        self._workbook = workbook
        self._made: dict[tuple[BinderKind, RowLevel, bool, bool], Any] = {}
        self._quoted: dict[Any, Any] = {}
        self.title = self._make({"bold": True, "font_size": 14})
        self.said = self._make({"font_color": "#555555"})
        self.header = self._make({"bold": True, "bottom": 1, "bg_color": "#eef1f5", "text_wrap": True, "valign": "top"})

    def of(self, kind: BinderKind, level: RowLevel, *, leads: bool, wide: bool) -> Any:  # noqa: ANN401  see above
        """Return the format of a cell."""
        key = (kind, level, leads, wide)
        if key not in self._made:
            self._made[key] = self._make(self._properties(*key))
        return self._made[key]

    def quoted(self, format_: Any) -> Any:  # noqa: ANN401  see above
        """Return the same format, marked as Excel marks a text."""
        return self._quoted[format_]

    def _make(self, properties: dict[str, Any]) -> Any:  # noqa: ANN401  see above
        made = self._workbook.add_format(properties)
        self._quoted[made] = self._workbook.add_format({**properties, "quote_prefix": True})
        return made

    def _properties(self, kind: BinderKind, level: RowLevel, leads: bool, wide: bool) -> dict[str, Any]:  # noqa: FBT001  a key
        properties: dict[str, Any] = {"valign": "top"}
        if kind in _NUMBER_FORMATS:
            properties["num_format"] = _NUMBER_FORMATS[kind]
        if wide:
            properties["text_wrap"] = True
        if leads:
            properties |= {"font_color": _LINK, "underline": 1}
        if level is not RowLevel.LINE:
            properties |= {"bold": True, "top": 1}
        if level is RowLevel.TOTAL:
            properties |= {"bottom": 6, "bg_color": "#eef1f5"}
        return properties


def write_cell(sheet: Any, row: int, place: int, value: object, format_: Any, formats: CellFormats) -> None:  # noqa: ANN401, PLR0913, PLR0917  see above
    """Write a value as what it is. A number of more digits than Excel keeps is a text, so that none is lost."""
    if isinstance(value, bool):
        sheet.write_boolean(row, place, value, format_)
    elif isinstance(value, int | Decimal):
        if len(Decimal(value).normalize().as_tuple().digits) <= _EXACT_SIGNS:
            sheet.write_number(row, place, value, format_)
        else:
            sheet.write_string(row, place, f"{value}", format_)
    elif isinstance(value, date) and _without_time(value) >= _FIRST_DAY_OF_EXCEL:
        sheet.write_datetime(row, place, value, format_)
    else:
        text = printable_text(f"{value}", _MOST_SIGNS)
        sheet.write_string(row, place, text, formats.quoted(format_) if may_be_formula(text) else format_)


def _without_time(value: date) -> date:
    return value.date() if isinstance(value, datetime) else value


def column_width(column: BinderColumn) -> int:
    """Return how wide a column is, in signs."""
    usual = _WIDE if column.wide else _COLUMN_WIDTHS[column.kind]
    return max(usual, min(len(column.title) + 4, 28))
