"""A journal kept as CSV: UTF-8, parted by commas or semicolons, its rows counted in lines of the file.

Owns the file's form. Every cell stays the text that it is.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.columns import JOURNAL_COLUMNS
from finago_assets.core.posting.findings import find
from finago_assets.core.posting.table import JournalTable, refuse_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_SEPARATORS: Final = (",", ";")
_UTF_16_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
_SAVE_AS: Final = "Save it as UTF-8; in Excel choose 'CSV UTF-8'."


def read_csv_table(path: Path, content: bytes) -> JournalTable:
    """Read a file's content. Raises RequestRefused for one that is no CSV of ours."""
    source = str(path)
    text = _decode(source, content)
    separator = _find_separator(source, text)
    try:
        lines = list(_records(text, separator))
    except csv.Error as error:
        raise refuse_source(
            source, f"its quotes do not match ({error}). Look for a quote that is not closed."
        ) from None
    if not lines:
        raise refuse_source(source, "it is empty. Its first line names the columns.")
    (header, names), *records = lines
    rows = [(line, cells) for line, cells in records if any(cells)]
    ragged = tuple(
        find("ragged-row", f"The line has {len(cells)} cells, the header {len(names)}.", row=line)
        for line, cells in rows
        if len(cells) != len(names)
    )
    whole = [(line, cells) for line, cells in rows if len(cells) == len(names)]
    return JournalTable(source, tuple(names), whole, header, findings=ragged)


def _decode(source: str, content: bytes) -> str:
    if content.startswith(_UTF_16_MARKS):
        raise refuse_source(source, f"it is UTF-16. {_SAVE_AS}")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise refuse_source(
            source, f"line {line} is not UTF-8, as in files that older programs save (Windows-1252). {_SAVE_AS}"
        ) from None
    if "\0" in text:
        raise refuse_source(source, "it holds zero bytes, so it is no text. Give CSV, Parquet or .xlsx.")
    return text


def _find_separator(source: str, text: str) -> str:
    first = next((line for line in text.splitlines() if line.strip()), "")
    known = {mark: sum(name.strip('" ') in JOURNAL_COLUMNS for name in first.split(mark)) for mark in _SEPARATORS}
    best = max(_SEPARATORS, key=lambda mark: known[mark])
    if not any(known.values()) or known[","] == known[";"]:
        raise refuse_source(
            source,
            "its first line does not name the columns of a journal, parted by commas or by semicolons. Begin it with "
            "voucher,transaction_type_number,date,account_number,amount.",
        )
    return best


def _records(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    for cells in reader:
        if cells:
            yield line, cells
        line = reader.line_num + 1
