"""The file that people query: the marts of a finished build, written so that older versions of DuckDB open it as well.

Owns what of a build goes into it: tables with their comments, keys and table macros, with what those read. Whether a
build is published is publication.py's. Nothing is a view there: a view would need all that it reads in the file, too.
"""

from __future__ import annotations

import re
import shutil
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import duckdb
import msgspec

from finago_assets.core.landing.database import typed_database_errors
from finago_assets.core.sql import sql_name, sql_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from pathlib import Path

    from duckdb import DuckDBPyConnection

# the oldest that is promised; notebooks and reporting tools are years behind
STORAGE_VERSION: Final = "v1.2.0"
# a key's index is built in memory
MOST_KEYED_ROWS: Final = 1_000_000
SPILL_FOLDER: Final = "spill"
_COMMENTS: Final = """
    select 'table', schema_name, table_name, null, comment from duckdb_tables() where database_name = 'built'
    union all
    select 'table', schema_name, view_name, null, comment from duckdb_views() where database_name = 'built'
    union all
    select 'column', schema_name, table_name, column_name, comment from duckdb_columns() where database_name = 'built'
"""
_MACROS: Final = """
    select schema_name, function_name, array_to_string(parameters, ', '), macro_definition from duckdb_functions()
    where database_name = 'built' and function_type = 'table_macro' order by all
"""


@dataclass(frozen=True, slots=True)
class Public:
    """What people query, as `schema/name`. `beside` are those that hold back nothing when they fail.

    `keys`: the columns that tell the rows of a table apart, where its model declares them.
    """

    tables: Sequence[str]
    beside: Collection[str]
    keys: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class PublicContent:
    """Tables that were written, with their rows; and what could not be: a user's own tables, macros of older builds."""

    tables: Mapping[str, int]
    left_out: Sequence[str]


class PublishedSet(msgspec.Struct, frozen=True):
    """What a copy of the published file holds: whose build, which file, and the tables with their rows."""

    build_of_run: str
    built_at: str
    stamp: str
    tables: dict[str, int]


def write_public_file(build: Path, target: Path, public: Public, memory: str) -> PublicContent:
    """Write a new file at `target`, mode 0600. `memory` bounds DuckDB, which spills beside the target; one at a time.

    Raises NoSpace, NotWritable, CorruptFile and Environment.
    """
    spill = target.parent / SPILL_FOLDER
    try:
        with (
            typed_database_errors(target),
            closing(duckdb.connect(config={"memory_limit": memory, "threads": 2})) as connection,
        ):
            connection.execute(f"set temp_directory = {sql_text(spill)}")
            connection.execute(f"attach {sql_text(build)} as built (read_only)")
            connection.execute(f"attach {sql_text(target)} as public (storage_version '{STORAGE_VERSION}')")
            target.chmod(0o600)
            content = _fill(connection, public)
            connection.execute("checkpoint public")
            connection.execute("detach public")
    finally:
        shutil.rmtree(spill, ignore_errors=True)
    return content


def _fill(connection: DuckDBPyConnection, public: Public) -> PublicContent:
    there = _relations_of_build(connection)
    wanted = [name for name in public.tables if name in there]
    schemas = {name.partition("/")[0] for name in wanted}
    macros = [row for row in connection.execute(_MACROS).fetchall() if row[0] in schemas]
    behind = _read_by_macros((row[-1] for row in macros), there - set(wanted))
    rows, left_out = {}, []
    for name in (*wanted, *behind):
        try:
            rows[name] = _copy_relation(connection, name, public.keys.get(name, ()))
        except duckdb.Error:
            # a view of a user's own may have lost what it reads, or hold a type that older versions lack
            if name not in public.beside:
                raise
            left_out.append(name)
    _comment(connection, rows)
    left_out += _add_macros(connection, macros)
    return PublicContent({name: rows[name] for name in wanted if name in rows}, left_out)


def _relations_of_build(connection: DuckDBPyConnection) -> set[str]:
    asked = "select table_schema, table_name from information_schema.tables where table_catalog = 'built'"
    return {f"{schema}/{name}" for schema, name in connection.execute(asked).fetchall()}


def _read_by_macros(definitions: Iterable[str], others: Iterable[str]) -> list[str]:
    """Return what macros read besides the tables that are there anyway."""
    read = "\n".join(definitions).replace('"', "")
    return sorted(name for name in others if re.search(rf"\b{re.escape(name.replace('/', '.'))}\b", read))


def _copy_relation(connection: DuckDBPyConnection, name: str, key: Sequence[str]) -> int:
    schema, _, table = name.partition("/")
    place = f"{sql_name(schema)}.{sql_name(table)}"
    connection.execute(f"create schema if not exists public.{sql_name(schema)}")
    copied = connection.execute(f"create table public.{place} as from built.{place}").fetchall()
    rows = int(copied[0][0])
    if key and rows <= MOST_KEYED_ROWS:
        _add_key(connection, f"public.{place}", key)
    return rows


def _add_key(connection: DuckDBPyConnection, place: str, key: Sequence[str]) -> None:
    """Make the columns the table's primary key, unless one of them is NULL somewhere: such a table has none."""
    columns = ", ".join(map(sql_name, key))
    some_null = f"select 1 from {place} where {' or '.join(f'{sql_name(column)} is null' for column in key)} limit 1"
    if not connection.execute(some_null).fetchall():
        try:
            connection.execute(f"alter table {place} add primary key ({columns})")
        except duckdb.ConstraintException:
            # a repeated key is the build's to judge: where it blocks, nothing comes this far
            return


def _comment(connection: DuckDBPyConnection, names: Collection[str]) -> None:
    for kind, schema, table, column, comment in connection.execute(_COMMENTS).fetchall():
        if comment is not None and f"{schema}/{table}" in names:
            place = ".".join(map(sql_name, filter(None, ("public", schema, table, column))))
            connection.execute(f"comment on {kind} {place} is {sql_text(comment)}")


def _add_macros(connection: DuckDBPyConnection, macros: Sequence[tuple[str, str, str, str]]) -> list[str]:
    """Make table macros in an order in which each finds those that it calls; return those that lack something else."""
    connection.execute("use public")
    waiting, failed = macros, [macro for macro in macros if not _is_made(connection, macro)]
    while len(failed) < len(waiting):
        waiting, failed = failed, [macro for macro in failed if not _is_made(connection, macro)]
    connection.execute("use memory")
    return [f"{schema}/{name}" for schema, name, *_ in failed]


def _is_made(connection: DuckDBPyConnection, macro: tuple[str, str, str, str]) -> bool:
    schema, name, parameters, definition = macro
    try:
        connection.execute(f"create macro {sql_name(schema)}.{sql_name(name)}({parameters}) as table {definition}")
    except duckdb.Error:
        return False
    return True


def exact_rows(connection: DuckDBPyConnection, name: str) -> str:
    """Return the query of a table of the published file, in types that other formats hold without a float."""
    schema, _, table = name.partition("/")
    asked = "select column_name from duckdb_columns() where schema_name = ? and table_name = ? and data_type in (?, ?)"
    wide = connection.execute(asked, [schema, table, "HUGEINT", "UHUGEINT"]).fetchall()
    exact = ", ".join(f"cast({sql_name(one)} as decimal(38, 0)) as {sql_name(one)}" for (one,) in wide)
    return f"select * {f'replace ({exact})' if exact else ''} from {sql_name(schema)}.{sql_name(table)}"
