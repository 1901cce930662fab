"""Records -> one parquet file of typed columns, where it can be in a single pass.

Owns the writing and when it has to begin again. Types and rows are columns.py's, appearing whole is whole.py's.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from finago_assets.core.landing.files import typed_errors
from finago_assets.core.request.columns import Look, batch_of, batches_of, schema_of
from finago_assets.core.request.payloads import GROUP_ROWS, arrays_in
from finago_assets.core.request.whole import appearing

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from finago_assets.core.request.columns import Column
    from finago_assets.core.request.payloads import WrittenPage

_ROW_GROUP: Final = 20_000
_ROW_GROUP_BYTES: Final = 16 * 1024 * 1024
_EMPTY: Final = pa.schema([("no_fields", pa.string())])


def write_parquet(  # noqa: PLR0913  how the records lie in their file
    file: BinaryIO,
    records: Path,
    *,
    many: bool,
    empty: bool = False,
    size: int = GROUP_ROWS,
    pages: Sequence[WrittenPage] = (),
) -> int:
    """Write the rows and return how many; `empty` tells that there are none, and `records` need then not be JSON.

    Looks at no more than `size` records at once. The columns are taken to be those of the first records. Where later
    ones show that they are not, the rest is looked at and everything written again. Without rows there is one column,
    `no_fields`. Raises Malformed.
    """
    texts = iter(()) if empty else arrays_in(records, many=many, most=size, pages=pages)
    first = next(texts, None)
    if first is None:
        return _write(file, _EMPTY, ())
    look = Look()
    rows = look.take(first)
    columns = look.columns
    written = _write(file, schema_of(columns), chain([batch_of(rows, columns)], _while_these(columns, look, texts)))
    is_whole = look.columns == columns
    for text in texts:
        look.take(text)
    look.refuse_twins()
    if not is_whole:
        file.seek(0)
        file.truncate()
        with batches_of(records, many=many, columns=look.columns, size=size, pages=pages) as batches:
            written = _write(file, batches.schema, batches)
    return written


def _while_these(columns: Sequence[Column], look: Look, texts: Iterable[bytes]) -> Iterator[pa.RecordBatch]:
    for text in texts:
        rows = look.take(text)
        if look.columns != columns:
            break
        yield batch_of(rows, columns)


def _write(file: BinaryIO, schema: pa.Schema, batches: Iterable[pa.RecordBatch]) -> int:
    written = rows = held = 0
    waiting: list[pa.RecordBatch] = []
    with pq.ParquetWriter(file, schema, compression="zstd", write_page_checksum=True) as parquet:
        for batch in batches:
            waiting.append(batch)
            rows += len(batch)
            held += batch.nbytes
            if rows >= _ROW_GROUP or held >= _ROW_GROUP_BYTES:
                parquet.write_table(pa.Table.from_batches(waiting))
                written, rows, held, waiting = written + rows, 0, 0, []
        if waiting:
            parquet.write_table(pa.Table.from_batches(waiting))
    return written + rows


def relation_of(connection: DuckDBPyConnection, records: Path, *, many: bool, empty: bool = False) -> DuckDBPyRelation:
    """Return the rows as a relation over a parquet file that is written beside `records` and has to stay with it.

    Raises Malformed, NoSpace, NotWritable.
    """
    target = records.with_name(f"{records.name}.parquet")
    with typed_errors(f"Writing {target.name}"), appearing(target) as made:
        write_parquet(made, records, many=many, empty=empty)
    return connection.read_parquet(str(target))
