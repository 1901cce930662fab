"""Records in a file -> typed columns: which fields all records together have, of which types, and the rows in Arrow.

Owns the types, derived from every record and exact: a number with a fraction is a DECIMAL wide enough for the longest,
a text where none is. Nested objects become columns `outer_inner`, lists stay JSON text, dates stay text as in JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec
import pyarrow as pa

from finago_assets.core.errors import Malformed
from finago_assets.core.request.fields import ColumnKind, FieldProfile
from finago_assets.core.request.payloads import GROUP_ROWS, arrays_in
from finago_assets.core.request.shape import DictRows, Shape, objects_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from finago_assets.core.request.payloads import WrittenPage
    from finago_assets.core.request.shape import Rows

_LIMIT: Final = 1_000
_AS_DECODED: Final = (ColumnKind.NOTHING, ColumnKind.FLAG, ColumnKind.TEXT)
_TEXT_QUOTE: Final = '"'


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the keys that lead to its value, and its type. `digits` and `scale` are a DECIMAL's."""

    name: str
    path: tuple[str, ...]
    kind: ColumnKind
    digits: int = 0
    scale: int = 0

    @property
    def arrow(self) -> pa.DataType:
        """The type in Arrow, and so in parquet and DuckDB."""
        match self.kind:
            case ColumnKind.FLAG:
                return pa.bool_()
            case ColumnKind.INTEGER:
                return pa.int64()
            case ColumnKind.DECIMAL:
                return pa.decimal128(self.digits, self.scale)
            case _:
                return pa.string()


class Look:
    """Which columns the records have that were taken so far."""

    def __init__(self) -> None:
        self._root = FieldProfile()
        self._taken = 0
        self._leaves: tuple[Column, ...] = ()
        self._shape = Shape(())

    def take(self, text: bytes) -> Rows:
        """Look at more records and return them; a column may be asked for if it was there before and is unchanged.

        Raises Malformed for records that are no objects, and for more than 1,000 columns.
        """
        rows: Rows | None = self._shape.rows(text)
        if rows is None:
            objects = objects_in(text)
            self._root.take(objects)
            rows = DictRows(objects)
        else:
            self._measure(rows)
        self._taken += rows.count
        if self._root.size > _LIMIT:
            raise Malformed(
                f"The answer has more than {_LIMIT} fields, which is no table: its keys may be data. Keep it as NDJSON."
            )
        leaves = tuple(_leaves(self._root, ()))
        if leaves != self._leaves:
            self._leaves, self._shape = leaves, Shape(leaves)
        return rows

    @property
    def columns(self) -> tuple[Column, ...]:
        """The columns, in the order in which fields first appeared; none without records."""
        # records without any field are rows all the same
        return self._leaves or ((Column("no_fields", ("",), ColumnKind.NOTHING),) if self._taken else ())

    def refuse_twins(self) -> None:
        """Raise Malformed for fields whose names would be one column."""
        names: dict[str, Column] = {}
        for column in self._leaves:
            twin = names.setdefault(column.name.casefold(), column)
            if twin is not column:
                raise Malformed(
                    f"The fields {_quote_path(twin)} and {_quote_path(column)} would be one column, since its name "
                    "has no upper and lower case and joins nested fields with '_'. Keep the answer as JSON or NDJSON."
                )

    def _measure(self, rows: Rows) -> None:
        """Look at what the shape lets through whatever it is: how long numbers are, and what stands as JSON."""
        for column in self._leaves:
            if column.kind is ColumnKind.INTEGER:
                self._root.at(column.path).take_integers(rows.array(column))
            elif column.kind not in _AS_DECODED:
                self._root.at(column.path).take_json(rows.array(column))


def columns_of(file: Path, *, many: bool) -> tuple[Column, ...]:
    """Read every record and return the columns. Raises what `Look` raises."""
    look = Look()
    for text in arrays_in(file, many=many, most=GROUP_ROWS):
        look.take(text)
    look.refuse_twins()
    return look.columns


def batches_of(
    file: Path,
    *,
    many: bool,
    columns: Sequence[Column] | None = None,
    size: int = GROUP_ROWS,
    pages: Sequence[WrittenPage] = (),
) -> pa.RecordBatchReader:
    """Return the rows, at most `size` in a batch, in bounded memory. `columns` spares a second look for the types."""
    found = columns_of(file, many=many) if columns is None else tuple(columns)
    shape = Shape(found)
    texts = arrays_in(file, many=many, most=size, pages=pages) if found else iter(())
    batches = (batch_of(shape.rows(text) or DictRows(objects_in(text)), found) for text in texts)
    return pa.RecordBatchReader.from_batches(schema_of(found), batches)


def schema_of(columns: Iterable[Column]) -> pa.Schema:
    """Return the columns' names and types in Arrow."""
    return pa.schema([(column.name, column.arrow) for column in columns])


def batch_of(rows: Rows, columns: Sequence[Column]) -> pa.RecordBatch:
    """Return rows in the columns' types, which hold every value of theirs."""
    return pa.record_batch([_typed(rows.array(column), column) for column in columns], schema=schema_of(columns))


def _leaves(field: FieldProfile, path: tuple[str, ...]) -> Iterator[Column]:
    for key, inner in field.inner.items():
        if inner.is_object:
            yield from _leaves(inner, (*path, key))
        else:
            kind, digits, scale = inner.type()
            yield Column("_".join((*path, key)) or "_", (*path, key), kind, digits, scale)


def _quote_path(column: Column) -> str:
    return f"{'.'.join(column.path)!r:.100}"


def _typed(values: pa.Array, column: Column) -> pa.Array:
    match column.kind:
        case ColumnKind.MIXED:
            return pa.array([_unquote(text) for text in values.to_pylist()], pa.string())
        case ColumnKind.DECIMAL:
            return values.cast(column.arrow)
        case _:
            return values


def _unquote(text: str | None) -> str | None:
    return msgspec.json.decode(text, type=str) if text is not None and text.startswith(_TEXT_QUOTE) else text
