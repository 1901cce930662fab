"""Records in a file -> typed columns: which fields all records together have, of which types, and the rows in Arrow.

Owns the types, derived from every record and exact: a number with a fraction is a DECIMAL wide enough for the longest,
a text where none is. Nested objects become columns `outer_inner`, lists stay JSON text, dates stay text as in JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from finago_assets.core.errors import Malformed
from finago_assets.core.landing.files import typed_errors
from finago_assets.core.request.fields import Field, Kind
from finago_assets.core.request.payloads import payloads_in
from finago_assets.core.request.whole import appearing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

GROUP_ROWS: Final = 10_000
_GROUP_BYTES: Final = 1024 * 1024  # as Python objects they take ten times as much
_ROW_GROUP: Final = 20_000
_ROW_GROUP_BYTES: Final = 16 * 1024 * 1024
_LIMIT: Final = 1_000
_RECORDS: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw]])
_INNER: Final = msgspec.json.Decoder(list[dict[str, msgspec.Raw] | None])
_TEXTS: Final = msgspec.json.Decoder(list[str | None])
_NUMBERS: Final = msgspec.json.Decoder(list[int | None])
_FLAGS: Final = msgspec.json.Decoder(list[bool | None])
_NULL: Final = b"null"
_QUOTE: Final = ord('"')


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, the keys that lead to its value, and its type. `digits` and `scale` are a DECIMAL's."""

    name: str
    path: tuple[str, ...]
    kind: Kind
    digits: int = 0
    scale: int = 0

    @property
    def arrow(self) -> pa.DataType:
        """The type in Arrow, and so in parquet and DuckDB."""
        match self.kind:
            case Kind.FLAG:
                return pa.bool_()
            case Kind.INTEGER:
                return pa.int64()
            case Kind.DECIMAL:
                return pa.decimal128(self.digits, self.scale)
            case _:
                return pa.string()


def columns_of(file: Path, *, many: bool) -> tuple[Column, ...]:
    """Read every record and return the columns, in the order in which fields first appear; none without records.

    Raises Malformed for records that are no objects, for fields whose names would be one column, and for more than
    1,000 columns.
    """
    root, rows = Field(), 0
    for payloads in _groups(payloads_in(file, many=many)):
        rows += len(payloads)
        root.take(_objects(payloads))
        if root.size > _LIMIT:
            raise Malformed(
                f"The answer has more than {_LIMIT} fields, which is no table: its keys may be data. Keep it as NDJSON."
            )
    columns = tuple(_leaves(root, ()))
    _refuse_twins(columns)
    # records without any field are rows all the same
    return columns or ((Column("no_fields", ("",), Kind.NOTHING),) if rows else ())


def batches_of(
    file: Path, *, many: bool, columns: Sequence[Column] | None = None, size: int = GROUP_ROWS
) -> pa.RecordBatchReader:
    """Return the rows, at most `size` in a batch, in bounded memory. `columns` spares a second look for the types."""
    found = columns_of(file, many=many) if columns is None else tuple(columns)
    schema = pa.schema([(column.name, column.arrow) for column in found])
    groups = _groups(payloads_in(file, many=many), size) if found else iter(())
    return pa.RecordBatchReader.from_batches(schema, (_batch(group, found, schema) for group in groups))


def relation_of(
    connection: DuckDBPyConnection, file: Path, *, many: bool, columns: Sequence[Column] | None = None
) -> DuckDBPyRelation:
    """Return the rows as a relation over a parquet file that is written beside `file` and has to stay with it.

    Raises Malformed, NoSpace, NotWritable.
    """
    reader = batches_of(file, many=many, columns=columns)
    if not reader.schema.names:
        return connection.sql("select null::varchar as no_fields where false")
    target = file.with_name(f"{file.name}.parquet")
    with typed_errors(f"Writing {target.name}"), appearing(target) as made:
        write_parquet(reader, made)
    return connection.read_parquet(str(target))


def write_parquet(reader: pa.RecordBatchReader, file: BinaryIO) -> int:
    """Write the rows and return how many. Without columns the file has one, `no_fields`, and no rows."""
    schema = reader.schema if reader.schema.names else pa.schema([("no_fields", pa.string())])
    written, held = 0, 0
    waiting: list[pa.RecordBatch] = []
    with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as parquet:
        for batch in reader:
            waiting.append(batch)
            held += batch.nbytes
            rows = sum(map(len, waiting))
            if rows >= _ROW_GROUP or held >= _ROW_GROUP_BYTES:
                parquet.write_table(pa.Table.from_batches(waiting))
                written, held, waiting = written + rows, 0, []
        if waiting:
            parquet.write_table(pa.Table.from_batches(waiting))
    return written + sum(map(len, waiting))


def _groups(pieces: Iterable[list[bytes]], size: int = GROUP_ROWS) -> Iterator[list[bytes]]:
    group: list[bytes] = []
    held = 0
    for payload in chain.from_iterable(pieces):
        group.append(payload)
        held += len(payload)
        if len(group) >= size or held >= _GROUP_BYTES:
            yield group
            group, held = [], 0
    if group:
        yield group


def _objects(payloads: Sequence[bytes]) -> list[dict[str, msgspec.Raw]]:
    try:
        return _RECORDS.decode(_joined(payloads))
    except (msgspec.MsgspecError, RecursionError):
        raise Malformed(
            "The answer has items that are no objects, so it has no columns; keep it as JSON or NDJSON."
        ) from None


def _joined(values: Iterable[bytes]) -> bytes:
    return b"[%b]" % b",".join(values)


def _leaves(field: Field, path: tuple[str, ...]) -> Iterator[Column]:
    for key, inner in field.inner.items():
        if inner.is_object:
            yield from _leaves(inner, (*path, key))
        else:
            kind, digits, scale = inner.type()
            yield Column("_".join((*path, key)) or "_", (*path, key), kind, digits, scale)


def _refuse_twins(columns: Sequence[Column]) -> None:
    names: dict[str, Column] = {}
    for column in columns:
        twin = names.setdefault(column.name.casefold(), column)
        if twin is not column:
            raise Malformed(
                f"The fields {_spelled(twin)} and {_spelled(column)} would be one column, since a column's name has no "
                "upper and lower case and joins nested fields with '_'. Keep the answer as JSON or NDJSON."
            )


def _spelled(column: Column) -> str:
    return f"{'.'.join(column.path)!r:.100}"


def _batch(payloads: Sequence[bytes], columns: Sequence[Column], schema: pa.Schema) -> pa.RecordBatch:
    known: dict[tuple[str, ...], Any] = {(): _objects(payloads)}
    arrays = [_array(_values(known, column.path), column) for column in columns]
    return pa.record_batch(arrays, schema=schema)


def _values(known: dict[tuple[str, ...], Any], path: tuple[str, ...]) -> list[bytes]:
    *outer, key = path
    return [_NULL if row is None else bytes(row.get(key, _NULL)) for row in _rows(known, tuple(outer))]


def _rows(known: dict[tuple[str, ...], Any], path: tuple[str, ...]) -> list[Any]:
    if path not in known:
        known[path] = _INNER.decode(_joined(_values(known, path)))
    rows: list[Any] = known[path]
    return rows


def _array(values: list[bytes], column: Column) -> pa.Array:
    match column.kind:
        case Kind.FLAG:
            return pa.array(_FLAGS.decode(_joined(values)), pa.bool_())
        case Kind.INTEGER:
            return pa.array(_NUMBERS.decode(_joined(values)), pa.int64())
        case Kind.TEXT:
            return pa.array(_TEXTS.decode(_joined(values)), pa.string())
        case Kind.MIXED:
            return pa.array([_plain(value) for value in values], pa.string())
        case _:
            return _texts(values).cast(column.arrow)


def _texts(values: list[bytes]) -> pa.Array:
    return pa.array([None if value == _NULL else value for value in values], pa.binary()).cast(pa.string())


def _plain(value: bytes) -> str | None:
    if value == _NULL:
        return None
    return msgspec.json.decode(value, type=str) if value[0] == _QUOTE else value.decode()
