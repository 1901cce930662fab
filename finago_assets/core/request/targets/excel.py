"""Records into one sheet of an Excel workbook: numbers are numbers, and no text is a formula.

Owns what a cell holds and what Excel cannot hold. Types are columns.py's, appearing whole is whole.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from finago_assets.core.errors import Malformed
from finago_assets.core.request.targets.spreadsheets import may_be_formula
from finago_assets.core.request.targets.written import NOTHING_CHANGED, Written, typed_file_errors
from finago_assets.core.request.whole import appearing

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import BinaryIO

    from finago_assets.core.request.answer import Answer

_MOST_ROWS: Final = 1_048_576 - 1  # the header is one too
_MOST_LETTERS: Final = 32_767
_EXACT_DIGITS: Final = 15
_SHEET: Final = "records"
_WORKBOOK_OPTIONS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}
_WIDTHS: Final = range(10, 41)
# what the library answers for a text that it had to cut
_CUT: Final = -2


@dataclass(frozen=True, slots=True)
class ExcelFile:
    """One workbook with one sheet `records`: a header, then a row for each record; no value is an empty cell.

    Excel keeps 15 digits of a number: one of more is written as text, so that none is lost. A text is a text whatever
    it begins with; one that might be taken for a formula when somebody edits its cell is marked as Excel marks texts.
    """

    path: Path

    @property
    def place(self) -> str:
        """The path."""
        return str(self.path)

    @property
    def file(self) -> Path | None:
        """See `Target.file`."""
        return self.path

    def write(self, answer: Answer) -> Written:
        """See `Target.write`."""
        if answer.records > _MOST_ROWS:
            raise Malformed(
                f"{answer.records:,} records are more than the {_MOST_ROWS:,} rows that a sheet of Excel has. Write "
                f"CSV or parquet instead. {NOTHING_CHANGED}"
            )
        with (
            typed_file_errors(self.place),
            appearing(self.path) as file,
            # rows wait there until the workbook is put together
            TemporaryDirectory(prefix="finago-assets-") as folder,
            answer.batches() as batches,
        ):
            rows = _fill_workbook(file, batches, folder)
        return Written(rows, self.place)


def _fill_workbook(file: BinaryIO, batches: pa.RecordBatchReader, folder: str) -> int:
    workbook = Workbook(file, {**_WORKBOOK_OPTIONS, "tmpdir": folder})
    sheet = _Sheet(workbook, batches.schema)
    problem: Malformed | OSError | None = None
    try:
        for batch in batches:
            sheet.add(batch)
    except (Malformed, OSError) as raised:
        problem = raised
    # closed in any case: what it holds open lies in a folder that goes
    try:
        workbook.close()
    except FileCreateError as error:
        problem = problem or OSError(*getattr(error.args[0], "args", ()))
    if problem is not None:
        raise problem
    return sheet.rows


class _Sheet:
    """The sheet as it grows, row by row."""

    def __init__(self, workbook: Any, schema: pa.Schema) -> None:  # noqa: ANN401  the library has no types
        self.rows = 0
        self._sheet = workbook.add_worksheet(_SHEET)
        self._quoted = workbook.add_format({"quote_prefix": True})
        self._names: list[str] = schema.names
        self._formats = [_number_format(workbook, field.type) for field in schema]
        self._writers = [self._writer_of(field.type) for field in schema]
        self._sheet.freeze_panes(1, 0)
        header = workbook.add_format({"bold": True, "quote_prefix": True})
        for place, name in enumerate(self._names):
            self._sheet.set_column(place, place, min(max(len(name) + 2, _WIDTHS[0]), _WIDTHS[-1]))
            self._sheet.write_string(0, place, name, header)

    def add(self, batch: pa.RecordBatch) -> None:
        """Write more rows. Raises Malformed for a text that no cell holds."""
        for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            self.rows += 1
            for place, value in enumerate(row):
                if value is not None:
                    self._writers[place](place, value)

    def _writer_of(self, type_: pa.DataType) -> Callable[[int, Any], None]:
        if pa.types.is_boolean(type_):
            return self._write_flag
        return self._write_text if pa.types.is_string(type_) else self._write_number

    def _write_flag(self, place: int, value: bool) -> None:  # noqa: FBT001  a cell
        self._sheet.write_boolean(self.rows, place, value)

    def _write_number(self, place: int, value: int | Decimal) -> None:
        if len(Decimal(value).normalize().as_tuple().digits) > _EXACT_DIGITS:
            self._write_text(place, f"{value}")
        else:
            self._sheet.write_number(self.rows, place, value, self._formats[place])

    def _write_text(self, place: int, value: str) -> None:
        marked = self._quoted if may_be_formula(value) else None
        if self._sheet.write_string(self.rows, place, value, marked) == _CUT:
            raise Malformed(
                f"Record {self.rows:,}: {self._names[place]!r:.80} has more than the {_MOST_LETTERS:,} characters that "
                f"a cell of Excel holds. Write CSV or parquet instead. {NOTHING_CHANGED}"
            )


def _number_format(workbook: Any, type_: pa.DataType) -> Any:  # noqa: ANN401  the library has no types
    if pa.types.is_decimal(type_) and type_.scale > 0:
        return workbook.add_format({"num_format": f"#,##0.{'0' * type_.scale}"})
    return workbook.add_format({"num_format": "0"})
