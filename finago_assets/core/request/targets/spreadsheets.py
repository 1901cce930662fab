"""Records into a file that a spreadsheet opens and a program reads: CSV.

Owns what a cell holds. Types are columns.py's, appearing whole is whole.py's.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from finago_assets.core.request.targets.written import Written, typed_file_errors
from finago_assets.core.request.whole import appearing

if TYPE_CHECKING:
    from pathlib import Path
    from typing import BinaryIO

    from finago_assets.core.request.answer import Answer

# what a spreadsheet takes for the beginning of a formula, in full width too, and the mark that says it is a text
_STARTS_A_FORMULA: Final = "^['=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20]"
_FORMULA: Final = re.compile(_STARTS_A_FORMULA)
_MARK: Final = "'"
_WITH_HEADER: Final = csv.WriteOptions(include_header=True, quoting_style="needed", eol="\r\n")
_ROWS_ALONE: Final = csv.WriteOptions(include_header=False, quoting_style="needed", eol="\r\n")


@dataclass(frozen=True, slots=True)
class CsvFile:
    """One CSV file: UTF-8 with its mark, a header, commas, decimal points; no value is an empty cell without quotes.

    A text that a spreadsheet would take for a formula, or that begins with an apostrophe, gets an apostrophe in front:
    whoever drops one apostrophe where there is any has the text as it was. Without records the file is empty.
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
        with typed_file_errors(self.place), appearing(self.path) as file, answer.batches() as batches:
            rows = _write_rows(file, batches)
        return Written(rows, self.place)


def _write_rows(file: BinaryIO, batches: pa.RecordBatchReader) -> int:
    rows, options = 0, _WITH_HEADER
    for batch in batches:
        if not rows:
            file.write(codecs.BOM_UTF8)
        csv.write_csv(_as_cells(batch), file, options)
        rows, options = rows + len(batch), _ROWS_ALONE
    return rows


def _as_cells(batch: pa.RecordBatch) -> pa.RecordBatch:
    cells = [_cell_texts(column) for column in batch.columns]
    if len(cells) == 1:
        # a line without anything on it would be no row
        cells = [pc.fill_null(cells[0].cast(pa.string()), "")]
    return pa.record_batch(cells, names=_cell_texts(pa.array(batch.schema.names)).to_pylist())


def may_be_formula(text: str) -> bool:
    """Tell whether a spreadsheet might take a text for a formula, or drop its apostrophe."""
    return _FORMULA.match(text) is not None


def _cell_texts(column: pa.Array) -> pa.Array:
    """Return a column as it is written: no text of it is evaluated."""
    if not pa.types.is_string(column.type):
        return column
    risky = pc.match_substring_regex(column, _STARTS_A_FORMULA)
    return pc.if_else(risky, pc.binary_join_element_wise(_MARK, column, ""), column)
