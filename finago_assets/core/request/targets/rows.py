"""Arrow batches into a table that is ready for them: by COPY into PostgreSQL, many rows a statement elsewhere.

Owns the copying. The table, the transaction and the words for a failure are sql.py's.
"""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
import sqlalchemy as sa
from pyarrow import csv
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import UnicodeText

from finago_assets.core.sql import sql_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_COPY_ROWS: Final = 10_000
_INSERT_ROWS: Final = 2_000
_CSV: Final = csv.WriteOptions(include_header=False, quoting_style="needed")


def copy_rows(connection: sa.Connection, table: sa.Table, batches: Callable[[int], pa.RecordBatchReader]) -> None:
    """Append every row; the batches' columns are the table's, in order. Values of text columns go as their text."""
    if connection.dialect.driver == "psycopg":
        _copy(connection, table, batches(_COPY_ROWS))
    else:
        _insert(connection, table, batches(_INSERT_ROWS))


def _copy(connection: sa.Connection, table: sa.Table, reader: pa.RecordBatchReader) -> None:
    """Null is an unquoted nothing in CSV and an empty text a quoted one, in Arrow's writing as in COPY's reading."""
    names = ", ".join(map(sql_name, table.c.keys()))
    name = ".".join(map(sql_name, filter(None, (table.schema, table.name))))
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(f"copy {name} ({names}) from stdin (format csv)") as copy, reader:
            for batch in reader:
                copy.write(_csv(batch))
    except connection.dialect.loaded_dbapi.Error as error:
        # the driver's own error, as SQLAlchemy would have wrapped it
        raise DBAPIError("copy", None, error) from None


def _csv(batch: pa.RecordBatch) -> memoryview:
    arrays = [_as_text(column) if pa.types.is_decimal(column.type) else column for column in batch.columns]
    text = BytesIO()
    csv.write_csv(pa.record_batch(arrays, names=[str(number) for number in range(len(arrays))]), text, _CSV)
    return text.getbuffer()


def _insert(connection: sa.Connection, table: sa.Table, reader: pa.RecordBatchReader) -> None:
    # names of our own, since a field's name may be anything
    places = [f"c{number}" for number in range(len(table.c))]
    values: dict[Any, Any] = {column: sa.bindparam(place) for column, place in zip(table.c, places, strict=True)}
    statement = sa.insert(table).values(values)
    texts = [isinstance(column.type, UnicodeText) for column in table.c]
    with reader:
        for batch in reader:
            connection.execute(statement, [dict(zip(places, row, strict=True)) for row in _rows(batch, texts)])


def _rows(batch: pa.RecordBatch, texts: list[bool]) -> Iterator[tuple[object, ...]]:
    columns = [
        (_as_text(column) if text else column).to_pylist() for column, text in zip(batch.columns, texts, strict=True)
    ]
    return zip(*columns, strict=True)


def _as_text(column: pa.Array) -> pa.Array:
    return column.cast(pa.string())
