"""The published tables in a schema of the user's own PostgreSQL, replaced whole in one transaction.

Owns the tables there, their types, keys and comments, and the list of what is ours. Readers see the last build until
the new one is there: rows are deleted and filled, so that views over the tables and rights to them stay. Addresses and
a driver's errors are connections/address.py's, the copying of rows is request/targets/rows.py's.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final

import duckdb
import sqlalchemy as sa
from sqlalchemy.schema import CreateSchema, CreateTable, DropTable, SetColumnComment, SetTableComment

from finago_assets.core.connections.address import typed_sql_errors
from finago_assets.core.errors import SettingInvalid
from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.request.targets.rows import copy_rows
from finago_assets.core.request.targets.written import not_writable
from finago_assets.core.sql import sql_name
from finago_assets.core.warehouse.public_file import PublishedSet, exact_rows

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from finago_assets.core.connections.address import Address
    from finago_assets.core.errors import NotWritable

LISTED_IN: Final = "published_tables"
_MARTS_PREFIX: Final = "marts_"
_TYPES: Final[dict[str, sa.types.TypeEngine[Any]]] = {
    "BOOLEAN": sa.Boolean(),
    "TINYINT": sa.SmallInteger(),
    "SMALLINT": sa.SmallInteger(),
    "INTEGER": sa.Integer(),
    "BIGINT": sa.BigInteger(),
    "HUGEINT": sa.Numeric(38, 0),
    "UHUGEINT": sa.Numeric(38, 0),
    "DOUBLE": sa.Double(),
    "DATE": sa.Date(),
    "TIMESTAMP": sa.DateTime(),
}


@dataclass(frozen=True, slots=True)
class SqlSchema:
    """One schema, whose name follows '#' in the address. `memory` bounds DuckDB, which reads the published file."""

    address: Address
    memory: str

    @property
    def place(self) -> str:
        """The address without user, password and parameters."""
        return f"{self.address.database}#{self.address.table}"

    def replace(self, published: Path, wanted: PublishedSet) -> None:
        """Make the tables those of `wanted`, unless they are. A table that is not ours is never touched.

        Raises SettingInvalid, NotWritable and CorruptFile; everything there is then as it was.
        """
        if self.address.url.get_backend_name() != "postgresql" or self.address.schema is not None:
            raise SettingInvalid(
                f"{self.address.place} takes no copy: PostgreSQL alone does, as postgresql://user:password@host/database"
                "#schema, because there all tables change in one transaction."
            )
        with (
            typed_database_errors(published),
            closing(duckdb.connect(published, read_only=True, config={"memory_limit": self.memory})) as file,
            self._connected() as connection,
            typed_sql_errors(self._refusal),
        ):
            # two at once would each delete what was there before, and both would fill
            connection.execute(sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext(self.address.table))))
            self._replace(file, connection, wanted)
            connection.commit()

    def _replace(self, file: DuckDBPyConnection, connection: sa.Connection, wanted: PublishedSet) -> None:
        schema, there = self.address.table, sa.inspect(connection)
        if schema not in there.get_schema_names():
            connection.execute(CreateSchema(schema))
        listed = _listing_table(schema)
        names = {_name_there(name): name for name in wanted.tables}
        views = (*there.get_view_names(schema), *there.get_materialized_view_names(schema))
        found = {*there.get_table_names(schema), *views}
        ours = _read_listing(connection, listed) if LISTED_IN in found else {}
        if ours == _rows_of_listing(wanted) and set(ours) <= found:
            return
        if strange := sorted(found & set(names) - set(ours)):
            raise not_writable(
                self.place, f"it has a table {strange[0]!r} that this did not make; name another schema after '#'"
            )
        for name, source in names.items():
            table = _describe_table(file, source, name, schema)
            _make_ready(connection, there, table, is_there=name in found)
            copy_rows(connection, table, partial(_read_batches, file, source))
            _set_comments(connection, table)
        for name in sorted(found & set(ours) - set(names)):
            connection.execute(DropTable(sa.Table(name, sa.MetaData(), schema=schema)))
        _write_listing(connection, listed, wanted, is_there=LISTED_IN in found)

    def _connected(self) -> sa.Connection:
        with typed_sql_errors(self._unreached):
            return self.address.engine().connect()

    def _unreached(self, kind: str) -> NotWritable:
        return not_writable(self.place, f"no connection ({kind}); check that it runs, the address, user and password")

    def _refusal(self, kind: str) -> NotWritable:
        return not_writable(
            self.place,
            f"the database refused ({kind}); check the user's rights, and whether a view of yours rests on a column "
            "that has another type now",
        )


def _name_there(name: str) -> str:
    """Return how a table is called there: a mart by its own name, a table of a user's own with its schema before it."""
    return name.replace("/", "_").removeprefix(_MARTS_PREFIX)


def _listing_table(schema: str) -> sa.Table:
    return sa.Table(
        LISTED_IN,
        sa.MetaData(),
        sa.Column("table_name", sa.UnicodeText(), primary_key=True, comment="A table beside this one."),
        sa.Column("rows", sa.BigInteger(), comment="How many rows it holds."),
        sa.Column("build_of_run", sa.UnicodeText(), comment="The run of Dagster that built it."),
        sa.Column("built_at", sa.DateTime(timezone=True), comment="When that build ended."),
        sa.Column("published_file", sa.UnicodeText(), comment="What tells the published file from others."),
        schema=schema,
        comment="What was copied here last, all at once. Tables that are not listed are nobody's but yours.",
    )


def _rows_of_listing(wanted: PublishedSet) -> dict[str, tuple[object, ...]]:
    return {_name_there(name): (rows, wanted.build_of_run, wanted.stamp) for name, rows in wanted.tables.items()}


def _read_listing(connection: sa.Connection, listed: sa.Table) -> dict[str, tuple[object, ...]]:
    columns = (listed.c.table_name, listed.c.rows, listed.c.build_of_run, listed.c.published_file)
    return {str(name): tuple(rest) for name, *rest in connection.execute(sa.select(*columns)).fetchall()}


def _write_listing(connection: sa.Connection, listed: sa.Table, wanted: PublishedSet, *, is_there: bool) -> None:
    if is_there:
        connection.execute(sa.delete(listed))
    else:
        connection.execute(CreateTable(listed))
        _set_comments(connection, listed)
    built_at = datetime.fromisoformat(wanted.built_at)
    for name, (rows, run, stamp) in _rows_of_listing(wanted).items():
        row = {"table_name": name, "rows": rows, "build_of_run": run, "built_at": built_at, "published_file": stamp}
        connection.execute(sa.insert(listed).values(row))


def _describe_table(file: DuckDBPyConnection, source: str, name: str, schema: str) -> sa.Table:
    """Return a table of the published file as it is to be there."""
    where, _, table = source.partition("/")
    which = "where schema_name = ? and table_name = ?"
    asked = f"select column_name, data_type, comment from duckdb_columns() {which} order by column_index"
    columns = file.execute(asked, [where, table]).fetchall()
    keyed = f"select constraint_column_names from duckdb_constraints() {which} and constraint_type = 'PRIMARY KEY'"
    key = {one for (names,) in file.execute(keyed, [where, table]).fetchall() for one in names}
    said = file.execute(f"select comment from duckdb_tables() {which}", [where, table]).fetchall()
    return sa.Table(
        name,
        sa.MetaData(),
        *(
            sa.Column(column, _type_there(kind), primary_key=column in key, autoincrement=False, comment=comment)
            for column, kind, comment in columns
        ),
        schema=schema,
        comment=said[0][0] if said else None,
    )


def _type_there(kind: str) -> sa.types.TypeEngine[Any]:
    if kind.startswith("DECIMAL("):
        width, _, scale = kind.removeprefix("DECIMAL(").removesuffix(")").partition(",")
        return sa.Numeric(int(width), int(scale))
    return _TYPES.get(kind) or sa.UnicodeText()


def _make_ready(connection: sa.Connection, there: sa.Inspector, table: sa.Table, *, is_there: bool) -> None:
    """Make a table, or empty one that is there, which may gain columns; one that has changed otherwise is made anew."""
    lacking = _find_lacking(connection.dialect, there, table) if is_there else None
    if lacking is None:
        if is_there:
            connection.execute(DropTable(table))
        connection.execute(CreateTable(table))
        return
    for column in lacking:
        preparer = connection.dialect.identifier_preparer
        spelled = f"{preparer.format_column(column)} {column.type.compile(connection.dialect)}"
        connection.exec_driver_sql(f"alter table {preparer.format_table(table)} add column {spelled}")
    connection.execute(sa.delete(table))


def _find_lacking(dialect: sa.Dialect, there: sa.Inspector, table: sa.Table) -> list[sa.Column[Any]] | None:
    """Return the columns that a table has yet to gain; None where it cannot become this one by that alone."""
    found = {one["name"]: one["type"].compile(dialect) for one in there.get_columns(table.name, table.schema)}
    wanted = {one.name: one.type.compile(dialect) for one in table.columns}
    key = set(there.get_pk_constraint(table.name, table.schema)["constrained_columns"])
    if found.items() <= wanted.items() and key == {one.name for one in table.primary_key}:
        return [one for one in table.columns if one.name not in found]
    return None


def _read_batches(file: DuckDBPyConnection, source: str, size: int) -> pa.RecordBatchReader:
    """Return a table in batches, what has no type of its own there as text. A result would be kept whole in memory."""
    where, _, table = source.partition("/")
    asked = "select column_name, data_type from duckdb_columns() where schema_name = ? and table_name = ?"
    types: Mapping[str, str] = dict(file.execute(asked, [where, table]).fetchall())
    rows = file.sql(exact_rows(file, source))
    texts = [sql_name(name) for name, kind in types.items() if isinstance(_type_there(kind), sa.UnicodeText)]
    spelled = ", ".join(f"cast({name} as varchar) as {name}" for name in texts)
    return (rows.project(f"* replace ({spelled})") if spelled else rows).to_arrow_reader(size)


def _set_comments(connection: sa.Connection, table: sa.Table) -> None:
    if table.comment:
        connection.execute(SetTableComment(table))
    for column in table.columns:
        if column.comment:
            connection.execute(SetColumnComment(column))
