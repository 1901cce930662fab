"""Records into a table of a DuckDB file, in one transaction behind the file's lock.

Owns the table's columns and its replacement. Opening the file, its mode and its errors are landing/database.py's.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.core.landing.database import Database
from finago_assets.core.landing.files import Files
from finago_assets.core.request.columns import batches_of, columns_of
from finago_assets.core.request.fields import ColumnKind
from finago_assets.core.request.targets.fit import Holds, Place, fit
from finago_assets.core.request.targets.written import Written
from finago_assets.core.sql import sql_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.columns import Column

_PATIENCE_SECONDS: Final = 60.0
_MEMORY: Final = "48MB"
_NO_SCHEMA: Final = "select 1"
_DECIMAL: Final = re.compile(r"DECIMAL\(\d+,\s*(\d+)\)")
_HOLDS: Final = {
    "VARCHAR": Holds.TEXT,
    "BOOLEAN": Holds.FLAG,
    **dict.fromkeys(("DATE", "TIME", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "UUID", "JSON"), Holds.PARSED),
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"), Holds.INTEGER),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"), Holds.INTEGER),
}


@dataclass(frozen=True, slots=True)
class DuckdbTable:
    """One table. A new one gets the answer's columns; one that is there is emptied and filled, its other columns NULL.

    A column that the table lacks is added; one whose type cannot hold the answer's exactly is refused.
    """

    path: Path
    table: str
    schema: str = "main"

    @property
    def place(self) -> str:
        """The file and the table."""
        return f"duckdb:{self.path}#{self.schema}.{self.table}"

    @property
    def file(self) -> Path | None:
        """See `Target.file`."""
        return self.path

    def write(self, answer: Answer) -> Written:
        """See `Target.write`."""
        columns = columns_of(answer.body, many=answer.many) if answer.records else ()
        with Database(self.path, _NO_SCHEMA, Files(), _PATIENCE_SECONDS).transaction() as connection:
            connection.execute(f"set memory_limit = '{_MEMORY}'; set threads = 1")
            there = _places(connection, self.schema, self.table)
            if there or columns:
                names = self._prepare(connection, columns, there)
                self._fill(connection, answer, columns, names)
        return Written(answer.records, self.place)

    def _named(self, connection: DuckDBPyConnection) -> tuple[str, str]:
        """The schema and the table, the file's own name before them: DuckDB guesses wrong where it is the schema's."""
        database = connection.execute("select current_database()").fetchall()[0][0]
        schema = f"{sql_name(database)}.{sql_name(self.schema)}"
        return schema, f"{schema}.{sql_name(self.table)}"

    def _prepare(
        self, connection: DuckDBPyConnection, columns: Sequence[Column], there: Mapping[str, Place]
    ) -> Mapping[str, str]:
        found = fit(self.place, columns, there)
        schema, table = self._named(connection)
        if there:
            connection.execute(f"delete from {table}")
            for column in found.lacking:
                connection.execute(f"alter table {table} add column {_defined(column)}")
        else:
            connection.execute(f"create schema if not exists {schema}")
            connection.execute(f"create table {table} ({', '.join(map(_defined, columns))})")
        return found.names

    def _fill(
        self, connection: DuckDBPyConnection, answer: Answer, columns: Sequence[Column], names: Mapping[str, str]
    ) -> None:
        if not columns:
            return
        _, table = self._named(connection)
        into = ", ".join(sql_name(names[column.name]) for column in columns)
        values = ", ".join(sql_name(column.name) for column in columns)
        with batches_of(answer.body, many=answer.many, columns=columns) as reader:
            connection.register("answered", reader)
            connection.execute(f"insert into {table} ({into}) select {values} from answered")
            connection.unregister("answered")


def _defined(column: Column) -> str:
    return f"{sql_name(column.name)} {_type(column)}"


def _type(column: Column) -> str:
    match column.kind:
        case ColumnKind.FLAG:
            return "BOOLEAN"
        case ColumnKind.INTEGER:
            return "BIGINT"
        case ColumnKind.DECIMAL:
            return f"DECIMAL({column.digits},{column.scale})"
        case _:
            return "VARCHAR"


def _places(connection: DuckDBPyConnection, schema: str, table: str) -> dict[str, Place]:
    rows = connection.execute(
        "select column_name, data_type from duckdb_columns() where database_name = current_database() "
        "and lower(schema_name) = lower(?) and lower(table_name) = lower(?)",
        [schema, table],
    ).fetchall()
    return {name: _describe_table_place(type_name) for name, type_name in rows}


def _describe_table_place(type_name: str) -> Place:
    decimal = _DECIMAL.fullmatch(type_name)
    if decimal is not None:
        return Place(Holds.DECIMAL, type_name, int(decimal[1]))
    return Place(_HOLDS.get(type_name, Holds.OTHER), type_name)
