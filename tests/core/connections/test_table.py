"""The registry in a table of the user's own database, on each kind that is tried; no password is ever shown."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

import pytest
import sqlalchemy as sa

from finago_assets.apis import CONNECTION_KINDS
from finago_assets.core.connections.address import read_address
from finago_assets.core.connections.registry import open_registry
from finago_assets.core.errors import SettingInvalid
from tests.postgresql import PASSWORD

if TYPE_CHECKING:
    from pathlib import Path

COLUMNS = "name text, organization_id text, client_id text, client_secret text, enabled boolean"
GOOD = "('north', '0123', 'env:NORTH_ID', 'env:NORTH_SECRET', true)"
TYPED = "hunter2-and-more"


def run(database: str, *statements: str) -> None:
    engine = read_address(database, table="any").engine()
    with engine.begin() as connection:
        for statement in statements:
            connection.execute(sa.text(statement))
    engine.dispose()


def refused(location: str, *secrets: str) -> str:
    with pytest.raises(SettingInvalid) as raised:
        open_registry(location, CONNECTION_KINDS, {}).all()
    whole = "".join(traceback.format_exception(raised.value)) + repr(raised.value)
    for secret in (*secrets, PASSWORD):
        assert secret not in whole
    return str(raised.value)


def test_the_rows_of_a_table_are_connections(database: str) -> None:
    disabled = "('south', '999', 'env:SOUTH_ID', 'file:/run/secrets/south', false)"
    run(database, f"create table connections ({COLUMNS})", f"insert into connections values {disabled}, {GOOD}")
    registry = open_registry(database, CONNECTION_KINDS, {})
    assert [(one.name, one.organization_id, one.enabled) for one in registry.all()] == [
        ("north", "0123", True),
        ("south", "999", False),
    ]
    assert PASSWORD not in repr(registry) + registry.place


def test_another_table_is_named_after_the_hash_and_may_have_columns_of_its_own(database: str) -> None:
    run(database, f"create table tenants (id integer, {COLUMNS})", f"insert into tenants values (7, {GOOD[1:]}")
    assert (
        open_registry("env:URL", CONNECTION_KINDS, {"URL": f"{database}#tenants"}).named("north").organization_id
        == "0123"
    )


def test_a_schema_can_be_named_too(postgresql: str) -> None:
    run(
        postgresql,
        "create schema own",
        f"create table own.tenants ({COLUMNS})",
        f"insert into own.tenants values {GOOD}",
    )
    assert open_registry(f"{postgresql}#own.tenants", CONNECTION_KINDS, {}).named("north").organization_id == "0123"


@pytest.mark.parametrize(
    ("row", "why"),
    [
        (f"('bad', '1', '{TYPED}', 'env:B', true)", "client_id must be a reference"),
        ("('bad', '1', 'env:A', null, true)", "client_secret is missing"),
        ("('bad', '1', 'env:A', 'file:relative', true)", "absolute path"),
        ("('bad', '0123', 'env:A', 'env:B', true)", "organization_id stands in another row"),
        ("('north', '1', 'env:A', 'env:B', true)", "its name stands in 2 rows"),
    ],
)
def test_a_bad_row_of_a_table_is_told(database: str, row: str, why: str) -> None:
    run(database, f"create table connections ({COLUMNS})", f"insert into connections values {GOOD}, {row}")
    assert why in refused(database, TYPED)


def test_a_column_of_numbers_is_no_place_for_ids(database: str) -> None:
    columns = COLUMNS.replace("organization_id text", "organization_id bigint")
    run(database, f"create table connections ({columns})", f"insert into connections values {GOOD}")
    assert "organization_id must be a text" in refused(database)


def test_a_missing_table_and_a_missing_column_are_named(database: str) -> None:
    assert "with the columns name, organization_id, client_id, client_secret." in refused(database)
    run(database, f"create table connections ({COLUMNS.replace(', client_id', ', application')})")
    assert "lacks the column client_id. It needs name," in refused(database)


def test_a_table_with_a_kind_and_without_names_is_told_what_it_lacks(database: str) -> None:
    run(database, f"create table connections (kind text, {COLUMNS.replace('name text, ', '')})")
    assert "lacks the column name. It needs name, organization_id;" in refused(database)


def test_a_table_without_the_column_enabled_and_a_row_without_its_value_are_enabled(database: str) -> None:
    row = GOOD.replace(", true", "")
    run(
        database,
        f"create table plain ({COLUMNS.replace(', enabled boolean', '')})",
        f"insert into plain values {row}",
        f"create table connections ({COLUMNS})",
        f"insert into connections (name, organization_id, client_id, client_secret) values {row}",
    )
    for place in (f"{database}#plain", database):
        assert open_registry(place, CONNECTION_KINDS, {}).named("north").enabled


def test_a_wrong_password_is_told_without_it(postgresql: str) -> None:
    wrong = postgresql.replace(PASSWORD, TYPED)
    assert "cannot be read (OperationalError)" in refused(wrong, TYPED)


@pytest.mark.parametrize(
    ("location", "why"),
    [
        ("postgresql://me:pg-hunter2@127.0.0.1:9/books", "postgresql://127.0.0.1:9/books#connections cannot be read"),
        ("postgresql://me:pg-hunter2/@x@127.0.0.1:9/books", "cannot be read; give driver://"),
        ("postgresql://me:pg-hunter2#x@127.0.0.1:9/books", "no table's name; give driver://"),
        ("postgresql://me:pg-hunter2@127.0.0.1:port/books", "cannot be read; give driver://"),
        ("postgresql://me:pg-hunter2@127.0.0.1:9/books#a.b.c", "no table's name"),
        ("oraclé://me:pg-hunter2@127.0.0.1/books", "cannot be"),
        ("nosuch://me:pg-hunter2@127.0.0.1/books", "SQLAlchemy knows no such kind"),
        ("mssql+pymssql://me:pg-hunter2@127.0.0.1/books", "its driver is not installed"),
        ("postgresql://me@127.0.0.1:9/books?password=pg-hunter2", "cannot be read (OperationalError)"),
    ],
)
def test_an_address_that_leads_nowhere_is_refused_without_its_password(location: str, why: str) -> None:
    assert why in refused(location)


def test_a_sqlite_file_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    assert "no such file" in refused(f"sqlite:///{tmp_path / 'none.db'}")
    assert not (tmp_path / "none.db").exists()


def test_a_file_that_is_no_sqlite_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "own.db").write_text("no database, rather a text of some length" * 100)
    assert "cannot be read (DatabaseError)" in refused(f"sqlite:///{tmp_path / 'own.db'}")
