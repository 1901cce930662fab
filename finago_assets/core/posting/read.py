"""From a table to a journal: columns by name, cells as what they hold, rows gathered into vouchers and bundles.

Owns which rows are a voucher and which vouchers are sent together. Says all faults at once, and hands on the vouchers
that could be read whole, so that the rules find theirs in the same go.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.posting.cells import read_cell
from finago_assets.core.posting.columns import JOURNAL_COLUMNS, REQUIRED_COLUMNS, CellKind
from finago_assets.core.posting.findings import PostingFinding, find
from finago_assets.core.posting.journal import Bundle, Entry, Journal, Voucher
from finago_assets.core.posting.numbers import CellRefused, find_decimal_mark
from finago_assets.core.posting.sources import read_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    import duckdb
    import pyarrow as pa

    from finago_assets.core.posting.columns import JournalColumn
    from finago_assets.core.posting.table import JournalTable

_IN_PYTHON: Final = "a table"
_OF_VOUCHER: Final = ("bundle", "voucher", "transaction_type_number")
_NUMBERS: Final = (CellKind.AMOUNT, CellKind.RATE)
# a workbook makes a number of what a person types there
_TYPED_BY_HAND: Final = ("invoice_number", "department", "project")
_DIGITS_KEPT: Final = 10**15
_OF_COLUMN: Final = ("float-value", "wrong-kind", "id-as-number", "number-for-text")


@dataclass(frozen=True, slots=True)
class ReadJournal:
    """What a table says: `journal` has the vouchers that were read whole, `findings` what is wrong with the rest.

    `parts` are the others, with those of their rows that were read whole: for the rules that look at a row alone.
    """

    journal: Journal
    findings: tuple[PostingFinding, ...] = ()
    parts: tuple[Voucher, ...] = ()

    @property
    def ok(self) -> bool:
        """True where every row was read."""
        return not any(finding.blocks for finding in self.findings)


@dataclass(frozen=True, slots=True)
class _Row:
    place: int
    cells: dict[str, Any]
    whole: bool
    has_bundle: bool

    @property
    def key(self) -> tuple[str, str] | None:
        """Its bundle and voucher; None where the row does not say. Without a column for it a voucher is a bundle."""
        voucher = self.cells.get("voucher")
        bundle = self.cells.get("bundle") if self.has_bundle else voucher
        return None if voucher is None or bundle is None else (bundle, voucher)


def read_journal(source: str | Path | pa.Table | duckdb.DuckDBPyRelation, *, name: str = _IN_PYTHON) -> ReadJournal:
    """Read a journal from a source; `name` is how a table of Python's is called.

    Raises RequestRefused, SettingInvalid or what a database raises for what is no table at all.
    """
    table = read_source(source, name)
    findings = [*table.findings, *_check_header(table)]
    if any(finding.blocks and finding.rule != "ragged-row" for finding in findings):
        return ReadJournal(Journal(table.source, ()), tuple(findings))
    rows = list(_read_rows(table, findings))
    findings += _check_groups(rows)
    # a row that could not be cut into cells, or does not say whose it is, may be any voucher's
    lost = any(finding.blocks for finding in table.findings) or any(row.key is None for row in rows)
    gathered = _gather(rows)
    bundles = () if lost else tuple(_bundles(gathered))
    whole = {(bundle.name, voucher.name) for bundle in bundles for voucher in bundle.vouchers}
    parts = (_readable_part(name, of) for key, name, of in _all_of(gathered) if (key, name) not in whole)
    return ReadJournal(Journal(table.source, bundles), tuple(findings), tuple(filter(None, parts)))


_Gathered = dict[str, dict[str, list[_Row]]]


def _check_header(table: JournalTable) -> Iterator[PostingFinding]:
    for name in dict.fromkeys(table.names):
        if name not in JOURNAL_COLUMNS:
            yield find("unknown-column", _unknown(name), row=table.header, column=name)
        elif table.names.count(name) > 1:
            yield find("repeated-column", f"The column {name} is there twice.", row=table.header, column=name)
    for name in REQUIRED_COLUMNS:
        if name not in table.names:
            yield find("missing-column", f"The column {name} is missing.", row=table.header, column=name)
    if not table.rows and not table.findings:
        yield find("empty-table", "The table has no rows.")


def _unknown(name: str) -> str:
    if not name:
        return "A column has cells and no name."
    near = get_close_matches(name.strip().lower(), JOURNAL_COLUMNS, n=1)
    return f"No column of a journal is called {name!r:.60}" + (f"; did you mean {near[0]}?" if near else ".")


def _read_rows(table: JournalTable, findings: list[PostingFinding]) -> Iterator[_Row]:
    mark = find_decimal_mark(_texts_of_numbers(table))
    columns = [JOURNAL_COLUMNS[name] for name in table.names]
    of_columns: dict[tuple[str, str], list[PostingFinding]] = defaultdict(list)
    for place, values in table.rows:
        cells: dict[str, Any] = {}
        whole = True
        for column, value in zip(columns, values, strict=True):
            if table.loses_zeros and column.name in _TYPED_BY_HAND and isinstance(value, (int, Decimal)):
                of_columns["number-for-text", column.name].append(_in_cell("number-for-text", place, column, value))
            try:
                if table.loses_zeros:
                    _check_digits(value)
                cells[column.name] = _read_filled(column, value, mark)
            except CellRefused as refused:
                whole = False
                found = _in_cell(refused.rule, place, column, value, refused.detail)
                group = of_columns[found.rule, column.name] if found.rule in _OF_COLUMN else findings
                group.append(found)
        yield _Row(place, cells, whole, "bundle" in table.names)
    findings.extend(_once(group) for group in of_columns.values())


def _check_digits(value: object) -> None:
    """Raise CellRefused for a number that a workbook has cut: it keeps 15 digits, and makes zeros of the others."""
    if isinstance(value, Decimal) and abs(value) >= _DIGITS_KEPT:
        raise CellRefused("id-as-number", "The number has more digits than a workbook keeps.")


def _read_filled(column: JournalColumn, value: object, mark: str | None) -> object:
    read = read_cell(column, value, mark)
    if read is None and column.required:
        raise CellRefused("missing-value", f"{column.name} is empty.")
    if read is None and column.name == "bundle":
        raise CellRefused("bundle-missing")
    return read


def _in_cell(rule: str, place: int, column: JournalColumn, value: object, detail: str = "") -> PostingFinding:
    return find(rule, detail, row=place, column=column.name, value=value)


def _once(group: Sequence[PostingFinding]) -> PostingFinding:
    """Return one finding for a whole column: what it is about is the column's type, and one change mends it."""
    first = group[0]
    if len(group) == 1:
        return first
    return replace(first, message=f"{first.message} So it is in {len(group):,} rows, of which this is the first.")


def _texts_of_numbers(table: JournalTable) -> Iterator[str]:
    places = [at for at, name in enumerate(table.names) if JOURNAL_COLUMNS[name].holds in _NUMBERS]
    for _, values in table.rows:
        yield from (value for at in places if isinstance(value := values[at], str))


def _check_groups(rows: Sequence[_Row]) -> Iterator[PostingFinding]:
    types: dict[tuple[str, str], int] = {}
    finished: set[tuple[str, str]] = set()
    current = None
    for row in rows:
        if (key := row.key) is None:
            continue
        if key != current:
            if key in finished:
                yield find("scattered-voucher", row=row.place, column="voucher", value=key[1], voucher=key[1])
            if current is not None:
                finished.add(current)
            current = key
        number = row.cells.get("transaction_type_number")
        if number is not None and types.setdefault(key, number) != number:
            detail = f"Voucher {key[1]:.40} has type {types[key]} in an earlier row."
            yield find("type-differs", detail, row=row.place, column="transaction_type_number", value=number)


def _gather(rows: Iterable[_Row]) -> _Gathered:
    gathered: _Gathered = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row.key is not None:
            gathered[row.key[0]][row.key[1]].append(row)
    return gathered


def _all_of(gathered: _Gathered) -> Iterator[tuple[str, str, list[_Row]]]:
    return ((bundle, name, rows) for bundle, vouchers in gathered.items() for name, rows in vouchers.items())


def _bundles(gathered: _Gathered) -> Iterator[Bundle]:
    for name, vouchers in gathered.items():
        whole = tuple(_make_voucher(voucher, rows) for voucher, rows in vouchers.items() if _is_whole(rows))
        if whole:
            yield Bundle(name, whole)


def _readable_part(name: str, rows: Iterable[_Row]) -> Voucher | None:
    """Return what was read of a voucher that was not read whole."""
    read = [row for row in rows if row.whole]
    return _make_voucher(name, read) if read else None


def _is_whole(rows: Sequence[_Row]) -> bool:
    return all(row.whole for row in rows) and len({row.cells["transaction_type_number"] for row in rows}) == 1


def _make_voucher(name: str, rows: Sequence[_Row]) -> Voucher:
    return Voucher(name, rows[0].cells["transaction_type_number"], tuple(map(_make_entry, rows)))


def _make_entry(row: _Row) -> Entry:
    cells = {name: value for name, value in row.cells.items() if name not in _OF_VOUCHER and value is not None}
    return Entry(row=row.place, **cells)
