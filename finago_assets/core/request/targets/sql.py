"""Records into a table of any database that SQLAlchemy knows, in one transaction; tried on SQLite and PostgreSQL.

Owns the table's columns and its replacement. Addresses and a driver's errors are connections/address.py's, the copying
of rows is rows.py's. SQL Server takes the same path and has not been tried.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.exc import NoSuchTableError
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.schema import CreateTable, DDLElement

from finago_assets.core.connections.address import typed_sql_errors
from finago_assets.core.errors import Malformed
from finago_assets.core.landing.files import Files
from finago_assets.core.request.columns import batches_of, columns_of
from finago_assets.core.request.targets.fit import Fit, Holds, Place, fit
from finago_assets.core.request.targets.rows import copy_rows
from finago_assets.core.request.targets.sql_types import place_of, type_of
from finago_assets.core.request.targets.written import NOTHING_CHANGED, Written, not_writable, typed_file_errors

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from sqlalchemy.sql.compiler import DDLCompiler

    from finago_assets.core.connections.address import Address
    from finago_assets.core.errors import NotWritable
    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.columns import Column

_IN_FILES: Final = ("sqlite", "duckdb")


@dataclass(frozen=True, slots=True)
class SqlTable:
    """One table. A new one gets the answer's columns; one that is there is emptied and filled, its other columns NULL.

    A column that the table lacks is added; one whose type cannot hold the answer's exactly is refused. Without records
    a table that is there is emptied, and none is made.
    """

    address: Address

    @property
    def place(self) -> str:
        """The address without user, password and parameters."""
        return self.address.place

    @property
    def file(self) -> Path | None:
        """The file behind the address, where its database is one."""
        url = self.address.url
        return Path(url.database) if url.database and url.get_backend_name() in _IN_FILES else None

    def write(self, answer: Answer) -> Written:
        """See `Target.write`."""
        columns = columns_of(answer.body, many=answer.many) if answer.records else ()
        with self._private_file(), self._connected() as connection, typed_sql_errors(self._refusal):
            if connection.dialect.name == "sqlite":
                # the driver by itself opens no transaction for what makes a table
                connection.exec_driver_sql("begin immediate")
            self._replace(connection, answer, columns)
            connection.commit()
        return Written(answer.records, self.place)

    def _connected(self) -> sa.Connection:
        engine = self.address.engine()
        if engine.dialect.name == "sqlite":
            sa.event.listen(engine, "connect", _leave_transactions_to_us)
        with typed_sql_errors(self._unreached):
            return engine.connect()

    @contextmanager
    def _private_file(self) -> Iterator[None]:
        """Make a SQLite file that is not there, mode 0600, and take it away again if the write fails."""
        file = self.address.file
        if file is None or file.exists():
            yield
            return
        with typed_file_errors(self.place):
            Files().create(file).close()
        try:
            yield
        except BaseException:
            file.unlink(missing_ok=True)
            raise

    def _replace(self, connection: sa.Connection, answer: Answer, columns: Sequence[Column]) -> None:
        there = self._places(connection)
        if not there and not columns:
            return
        self._check_names(connection.dialect, columns)
        found = fit(self.place, columns, there)
        texts = {name for name, place in there.items() if place.holds is Holds.TEXT}
        table = self._table(connection.dialect, columns, found, texts)
        if there:
            self._empty(connection, table)
            for column in found.lacking:
                connection.execute(_AddColumn(table.c[column.name]))
        else:
            connection.execute(CreateTable(table))
        if columns:
            copy_rows(
                connection, table, lambda size: batches_of(answer.body, many=answer.many, columns=columns, size=size)
            )

    def _places(self, connection: sa.Connection) -> dict[str, Place]:
        inspector = sa.inspect(connection)
        schema = self.address.schema
        if schema is not None and schema not in inspector.get_schema_names():
            raise not_writable(self.place, "the database has no such schema; create it first")
        try:
            found = inspector.get_columns(self.address.table, schema)
        except NoSuchTableError:
            return {}
        return {column["name"]: place_of(column["type"], connection.dialect) for column in found}

    def _table(self, dialect: sa.Dialect, columns: Sequence[Column], found: Fit, texts: Container[str]) -> sa.Table:
        return sa.Table(
            self.address.table,
            sa.MetaData(),
            *(
                sa.Column(name, sa.UnicodeText() if name in texts else type_of(column, dialect))
                for column in columns
                if (name := found.names[column.name])
            ),
            schema=self.address.schema,
        )

    def _empty(self, connection: sa.Connection, table: sa.Table) -> None:
        if connection.dialect.name == "postgresql":
            # two runs at once would each delete what was there before, and both would fill
            connection.execute(_Lock(table))
        connection.execute(sa.delete(table))

    def _check_names(self, dialect: sa.Dialect, columns: Sequence[Column]) -> None:
        longest = dialect.max_identifier_length
        if max(len(name.encode()) for name in (self.address.table, self.address.schema or "")) > longest:
            raise not_writable(self.place, f"{dialect.name} would cut its name, which has more than {longest} bytes")
        names = [column.name for column in columns if len(column.name.encode()) > longest or "\0" in column.name]
        if names:
            raise Malformed(
                f"{len(names)} fields have names that {dialect.name} takes for no column (longest: {longest} bytes), "
                f"the first {names[0]!r:.100}. Write parquet or NDJSON instead. {NOTHING_CHANGED}"
            )

    def _unreached(self, kind: str) -> NotWritable:
        return not_writable(self.place, f"no connection ({kind}); check that it runs, the address, user and password")

    def _refusal(self, kind: str) -> NotWritable:
        return not_writable(
            self.place,
            f"the database refused ({kind}); check the user's rights, and that the table's own rules allow these rows",
        )


class _AddColumn(DDLElement):
    """Adds a column to a table that is there."""

    inherit_cache = False

    def __init__(self, column: sa.Column[Any]) -> None:
        self.column = column


class _Lock(DDLElement):
    """Keeps other writers out until the transaction ends; readers go on."""

    inherit_cache = False

    def __init__(self, table: sa.Table) -> None:
        self.table = table


@compiles(_AddColumn)
def _add_column(element: _AddColumn, compiler: DDLCompiler, **_: object) -> str:
    table = compiler.preparer.format_table(element.column.table)
    return f"ALTER TABLE {table} ADD {compiler.get_column_specification(element.column)}"


@compiles(_Lock)
def _lock(element: _Lock, compiler: DDLCompiler, **_: object) -> str:
    return f"LOCK TABLE {compiler.preparer.format_table(element.table)} IN SHARE ROW EXCLUSIVE MODE"


def _leave_transactions_to_us(connection: Any, _: object) -> None:  # noqa: ANN401  whatever the driver makes
    connection.isolation_level = None
