"""The file that people query: what of a build goes into it, and in which form."""

from __future__ import annotations

import os
import stat
from contextlib import closing
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finago_assets.core.errors import NotWritable
from finago_assets.core.warehouse.public_file import STORAGE_VERSION, Public, write_public_file
from tests.core.landing.samples import temporaries

if TYPE_CHECKING:
    from pathlib import Path

BUILD = """
    create schema marts; create schema staging; create schema intermediate; create schema audit;
    create schema own;
    create table staging.stg_lines as
        select 'o' as organization_id, 'l1' as line_id, cast(-12.34 as decimal(18, 2)) as amount, '2024-02-29'::date d
        union all select 'o', 'l2', 12.34, null;
    create view marts.ledger as select * from staging.stg_lines;
    comment on view marts.ledger is 'It''s the ledger';
    create table marts.accounts as select 'o' as organization_id, 1920 as "account number";
    comment on table marts.accounts is 'Accounts';
    comment on column marts.accounts."account number" is 'Number';
    create table marts.parties as select 'o' as organization_id, null::integer as id;
    create table marts.twice as select 'o' as organization_id from range(2);
    create table marts.removed as select 1 as n;
    create table intermediate.int_states as select date '2024-01-01' as day, 7 as amount;
    create table intermediate.int_state as select 1 as n;
    create table audit.rows as select 1 as n;
    create macro marts.b_states_as_of(on_date) as table select * from intermediate.int_states where day <= on_date;
    create macro marts.a_sum_as_of(on_date) as table select sum(amount) as amount from marts.b_states_as_of(on_date);
    create table own.mine as select 1 as n;
    create table own.lost as select 1 as n;
    create view own.of_lost as select n + 1 as n from own.lost;
    create macro own.of_lost_as_of(on_date) as table select n from own.lost;
    drop table own.lost;
"""
MARTS = ("marts/accounts", "marts/ledger", "marts/parties", "marts/twice")
OWN = ("own/mine", "own/of_lost")
KEYS = {
    "marts/accounts": ("organization_id", "account number"),
    "marts/parties": ("organization_id", "id"),
    "marts/twice": ("organization_id",),
}
PUBLIC = Public((*MARTS, *OWN), frozenset(OWN), KEYS)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    path = tmp_path / "it's a build.duckdb"
    with closing(duckdb.connect(path)) as connection:
        connection.execute(BUILD)
    return path


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "finago.duckdb"


def _rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    with closing(duckdb.connect(path, read_only=True)) as connection:
        return connection.execute(query).fetchall()


def test_it_is_written_in_the_storage_version_that_older_versions_open(build: Path, target: Path) -> None:
    write_public_file(build, target, PUBLIC, "300MB")
    header = target.read_bytes()[:20]
    # the number that the message of a version that cannot read it names: 65 of 1.2, 999 of 2.0
    assert (header[8:12], int.from_bytes(header[12:20], "little")) == (b"DUCK", 65)
    (tags,) = _rows(target, "select tags from duckdb_databases() where not internal")[0]
    assert tags == {"storage_version": f"{STORAGE_VERSION}+"}


def test_it_holds_the_marts_and_the_users_own_as_tables_and_besides_only_what_macros_read(
    build: Path, target: Path
) -> None:
    content = write_public_file(build, target, PUBLIC, "300MB")
    found = _rows(target, "select table_schema, table_name, table_type from information_schema.tables order by all")
    assert found == [
        ("intermediate", "int_states", "BASE TABLE"),
        ("marts", "accounts", "BASE TABLE"),
        ("marts", "ledger", "BASE TABLE"),
        ("marts", "parties", "BASE TABLE"),
        ("marts", "twice", "BASE TABLE"),
        ("own", "mine", "BASE TABLE"),
    ]
    rows = {"marts/accounts": 1, "marts/ledger": 2, "marts/parties": 1, "marts/twice": 2, "own/mine": 1}
    assert content.tables == rows
    assert _rows(target, "select typeof(amount), sum(amount) from marts.ledger group by 1") == [("DECIMAL(18,2)", 0)]


def test_a_users_own_view_that_has_lost_what_it_reads_is_named_and_holds_back_nothing(
    build: Path, target: Path
) -> None:
    assert write_public_file(build, target, PUBLIC, "300MB").left_out == ["own/of_lost", "own/of_lost_as_of"]


def test_one_of_ours_that_cannot_be_written_is_an_error(build: Path, target: Path) -> None:
    with pytest.raises(Exception, match="DuckDB refused"):
        write_public_file(build, target, Public(PUBLIC.tables, frozenset(), KEYS), "300MB")


def test_comments_and_keys_come_along_and_a_key_that_is_empty_or_repeated_is_none(build: Path, target: Path) -> None:
    write_public_file(build, target, PUBLIC, "300MB")
    keys = "select table_name, constraint_column_names from duckdb_constraints() where constraint_type = 'PRIMARY KEY'"
    assert _rows(target, keys) == [("accounts", ["organization_id", "account number"])]
    tables = "select table_name, comment from duckdb_tables() where comment is not null order by all"
    assert _rows(target, tables) == [("accounts", "Accounts"), ("ledger", "It's the ledger")]
    columns = "select column_name, comment from duckdb_columns() where comment is not null and not internal"
    assert _rows(target, columns) == [("account number", "Number")]


def test_table_macros_answer_from_the_file_alone_whatever_their_order(build: Path, target: Path) -> None:
    write_public_file(build, target, PUBLIC, "300MB")
    build.unlink()
    assert _rows(target, "from marts.a_sum_as_of(date '2024-06-30')") == [(7,)]
    assert _rows(target, "from marts.a_sum_as_of(date '2023-06-30')") == [(None,)]


def test_it_is_nobody_elses_to_read_and_leaves_nothing_beside_it(build: Path, target: Path) -> None:
    write_public_file(build, target, PUBLIC, "300MB")
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert {path.name for path in target.parent.iterdir()} == {build.name, target.name}
    assert temporaries(target.parent) == []


def test_more_rows_than_the_memory_holds_are_spilled(tmp_path: Path, target: Path) -> None:
    build = tmp_path / "large.duckdb"
    with closing(duckdb.connect(build)) as connection:
        connection.execute(
            "create schema marts; create table marts.t as select range as n, md5(range::text) as x from range(800000)"
        )
        connection.execute("create view marts.v as select a.x, b.n from marts.t as a join marts.t as b on a.x = b.x")
    content = write_public_file(build, target, Public(("marts/t", "marts/v"), frozenset(), {}), "60MB")
    assert content.tables == {"marts/t": 800_000, "marts/v": 800_000}
    assert {path.name for path in tmp_path.iterdir()} == {build.name, target.name}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes anywhere")
def test_a_folder_that_may_not_be_written_is_a_typed_error(build: Path, tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o500)
    with pytest.raises(NotWritable):
        write_public_file(build, folder / "finago.duckdb", PUBLIC, "300MB")
