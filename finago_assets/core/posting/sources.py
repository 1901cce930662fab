"""Where a journal comes from: a file, a table of DuckDB or of a database, or a table that Python has already.

Owns the spelling of a source and reading its values as they are. Nothing is written, and DuckDB is opened read-only.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import duckdb
import pyarrow as pa
import sqlalchemy as sa
from pyarrow import parquet

from finago_assets.core.connections.address import read_address, typed_sql_errors
from finago_assets.core.connections.place import expanded, is_address, shown
from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.posting.csv_table import read_csv_table
from finago_assets.core.posting.excel_table import read_excel_table
from finago_assets.core.posting.table import JournalTable, refuse_source
from finago_assets.core.sql import sql_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.core.errors import FinagoError

_DUCKDB_SOURCE: Final = "duckdb:"
_LARGEST_FILE: Final = 200_000_000
_KINDS_OF_SOURCE: Final = (
    "Give a .csv, .parquet or .xlsx file (a sheet as file.xlsx#sheet), duckdb:FILE#schema.table, or a SQLAlchemy URL "
    "with #table."
)

_DUCKDB_TABLES: Final = "select table_schema, table_name from information_schema.tables"


def read_source(source: str | Path | pa.Table | duckdb.DuckDBPyRelation, name: str) -> JournalTable:
    """Read a source whole; `name` is how a table of Python's is called. Raises RequestRefused or a database's error."""
    match source:
        case pa.Table():
            return _from_arrow(name, source)
        case duckdb.DuckDBPyRelation():
            return _from_rows(name, source.columns, source.fetchall())
        case Path():
            return _from_file(source, None)
        case _:
            return _from_text(source)


def _from_text(source: str) -> JournalTable:
    if source.startswith(_DUCKDB_SOURCE) and not source.startswith(f"{_DUCKDB_SOURCE}//"):
        return _from_duckdb(source.removeprefix(_DUCKDB_SOURCE))
    if is_address(source):
        return _from_database(source)
    path, mark, sheet = source.rpartition("#")
    if mark and path.lower().endswith(".xlsx"):
        return _from_file(expanded(path, "The journal"), sheet)
    return _from_file(expanded(source, "The journal"), None)


def _from_file(path: Path, sheet: str | None) -> JournalTable:
    place = shown(str(path))
    ending = path.suffix.lower()
    if ending not in {".csv", ".parquet", ".xlsx"}:
        raise refuse_source(place, f"its name ends in none of the kinds that are known. {_KINDS_OF_SOURCE}")
    content = _content_of(path, place)
    if ending == ".csv":
        return read_csv_table(path, content)
    if ending == ".xlsx":
        return read_excel_table(path, content, sheet)
    try:
        return _from_arrow(str(path), parquet.read_table(pa.BufferReader(content)))
    except (pa.ArrowException, OSError):
        raise refuse_source(place, "it is no Parquet file that can be read. Write it again.") from None


def _content_of(path: Path, place: str) -> bytes:
    """Read the file in one go, so that what is checked and what is sent are the same bytes."""
    try:
        if path.stat().st_size > _LARGEST_FILE:
            raise refuse_source(place, "it is larger than 200 MB. Split it.")
        return path.read_bytes()
    except FileNotFoundError:
        raise refuse_source(place, f"there is no such file. {_KINDS_OF_SOURCE}") from None
    except OSError as error:
        raise refuse_source(
            place, f"it cannot be opened ({type(error).__name__}). Check that it may be read."
        ) from None


def _from_duckdb(text: str) -> JournalTable:
    file, _, name = text.rpartition("#")
    schema, _, table = name.rpartition(".")
    if not file or not table:
        raise refuse_source("The DuckDB source", f"it names no file or no table. {_KINDS_OF_SOURCE}")
    path = expanded(file, "The journal")
    place = f"duckdb:{path}#{name}"
    if not path.is_file():
        raise refuse_source(place, "there is no such file.")
    with typed_database_errors(path), duckdb.connect(path, read_only=True) as connection:
        known = {(row[0], row[1]) for row in connection.execute(_DUCKDB_TABLES).fetchall()}
        if (schema or "main", table) not in known:
            raise refuse_source(place, "the file has no such table.")
        # the file's own name first: DuckDB takes the schema for another file where both are called the same
        database = connection.execute("select current_database()").fetchall()[0][0]
        relation = connection.table(".".join(map(sql_name, (database, schema or "main", table))))
        return _from_rows(place, relation.columns, relation.fetchall())


def _from_database(text: str) -> JournalTable:
    address = read_address(text)

    def fault(kind: str) -> FinagoError:
        return refuse_source(address.place, f"the database refused ({kind}). Check the address, user and table.")

    if address.file is not None and not address.file.is_file():
        raise refuse_source(address.place, "there is no such file.")
    with typed_sql_errors(fault), address.engine().connect() as connection:
        inspector = sa.inspect(connection)
        names = [column["name"] for column in inspector.get_columns(address.table, address.schema)]
        # columns without a type, so that nothing between the driver and us makes a float or a date of a value
        table = sa.table(address.table, *(sa.column(name) for name in names), schema=address.schema)
        rows = connection.execute(sa.select(table)).fetchall()
        return _from_rows(address.place, names, rows)


def _from_arrow(name: str, table: pa.Table) -> JournalTable:
    columns = [column.to_pylist() for column in table.columns]
    return _from_rows(name, table.column_names, list(zip(*columns, strict=True)))


def _from_rows(name: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> JournalTable:
    return JournalTable(name, tuple(columns), list(enumerate(rows, start=1)))
