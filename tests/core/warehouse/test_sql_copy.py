"""The published tables in a real PostgreSQL: exact, whole or not at all, and nobody else's tables touched."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import psycopg
import pytest

from finago_assets.core.connections.address import read_address
from finago_assets.core.errors import NotWritable, SettingInvalid
from finago_assets.core.warehouse.public_file import PublishedSet
from finago_assets.core.warehouse.sql_copy import SqlSchema
from tests.postgresql import PASSWORD

LEDGER = """
    create schema marts; create schema own;
    create table marts.ledger (line_id varchar primary key, amount decimal(18, 2), rate decimal(38, 10), day date,
        made_at timestamp, number bigint, wide hugeint, is_open boolean, text varchar, tags varchar[]);
    insert into marts.ledger values
        ('l1', 12345678901234.56, 11.0000000001, '2024-02-29', '2024-02-29 10:11:12.123456', 9007199254740993,
            12345678901234567890123456789012345678, true, 'øre; "quoted", \\, and
a line', ['a', 'b']),
        ('l2', -0.10, null, null, null, null, null, null, '', null);
    comment on table marts.ledger is 'It''s one row for each line';
    comment on column marts.ledger.amount is 'Debit positive';
    create table own.mine as select 1 as n;
"""
LIMIT_MEBIBYTES = 300
COPY = """
import sys
from pathlib import Path
from finago_assets.core.connections.address import read_address
from finago_assets.core.warehouse.public_file import PublishedSet
from finago_assets.core.warehouse.sql_copy import SqlSchema
from tests.peak import peak_kib
address, published, rows = sys.argv[1:]
for run in "ab":
    wanted = PublishedSet(run, "2024-03-01T04:15:00+00:00", run, {"marts/ledger": int(rows)})
    SqlSchema(read_address(address, table="finago"), "100MB").replace(Path(published), wanted)
print(peak_kib() // 1024)
"""
TABLES = {"marts/ledger": 2, "own/mine": 1}


def _publish(path: Path, sql: str = LEDGER, *more: str) -> Path:
    path.unlink(missing_ok=True)
    with closing(duckdb.connect(path)) as connection:
        for statement in (sql, *more):
            connection.execute(statement)
    return path


def _wanted(run: str, tables: dict[str, int] = TABLES) -> PublishedSet:
    return PublishedSet(run, "2024-03-01T04:15:00+00:00", f"stamp of {run}", tables)


@pytest.fixture
def published(tmp_path: Path) -> Path:
    return _publish(tmp_path / "finago.duckdb")


@pytest.fixture
def schema(postgresql: str) -> SqlSchema:
    return SqlSchema(read_address(postgresql, table="finago"), "300MB")


def _rows(postgresql: str, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(postgresql) as connection:
        return connection.execute(query).fetchall()


def _change(postgresql: str, statement: str) -> None:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute(statement)


def test_every_value_type_comment_and_key_is_there_as_it_is_in_the_file(
    published: Path, schema: SqlSchema, postgresql: str
) -> None:
    schema.replace(published, _wanted("a"))
    first, second = _rows(postgresql, "select * from finago.ledger order by line_id")
    assert first == (
        *("l1", Decimal("12345678901234.56"), Decimal("11.0000000001"), date(2024, 2, 29)),
        *(
            datetime.fromisoformat("2024-02-29T10:11:12.123456"),
            9007199254740993,
            Decimal(12345678901234567890123456789012345678),
        ),
        *(True, 'øre; "quoted", \\, and\na line', "[a, b]"),
    )
    assert second == ("l2", Decimal("-0.10"), None, None, None, None, None, None, "", None)
    types = "select data_type, numeric_precision, numeric_scale from information_schema.columns "
    assert _rows(
        postgresql, f"{types} where table_name = 'ledger' and column_name in ('amount', 'rate', 'made_at') order by 2"
    ) == [
        ("numeric", 18, 2),
        ("numeric", 38, 10),
        ("timestamp without time zone", None, None),
    ]
    assert _rows(postgresql, "select obj_description('finago.ledger'::regclass)") == [("It's one row for each line",)]
    assert _rows(postgresql, "select col_description('finago.ledger'::regclass, 2)") == [("Debit positive",)]
    key = "select column_name from information_schema.key_column_usage where table_name = 'ledger'"
    assert _rows(postgresql, key) == [("line_id",)]
    assert _rows(postgresql, "select n from finago.own_mine") == [(1,)]
    listed = _rows(
        postgresql, "select table_name, rows, build_of_run, built_at from finago.published_tables order by 1"
    )
    built_at = datetime(2024, 3, 1, 4, 15, tzinfo=UTC)
    assert listed == [("ledger", 2, "a", built_at), ("own_mine", 1, "a", built_at)]


def test_a_new_build_replaces_all_of_it_and_views_and_rights_stay(
    published: Path, schema: SqlSchema, postgresql: str
) -> None:
    schema.replace(published, _wanted("a"))
    _change(postgresql, "create view public.of_mine as select sum(amount) as amount from finago.ledger")
    _publish(published, LEDGER, "delete from marts.ledger where line_id = 'l1'", "drop table own.mine")
    schema.replace(published, _wanted("b", {"marts/ledger": 1}))
    assert _rows(postgresql, "select amount from public.of_mine") == [(Decimal("-0.10"),)]
    tables = "select table_name from information_schema.tables where table_schema = 'finago' order by 1"
    assert _rows(postgresql, tables) == [("ledger",), ("published_tables",)]
    # a mart that gains a column keeps what rests on it
    _publish(
        published, LEDGER, "alter table marts.ledger add column name varchar", "update marts.ledger set name = 'n'"
    )
    schema.replace(published, _wanted("c"))
    assert _rows(postgresql, "select distinct name from finago.ledger") == [("n",)]
    assert _rows(postgresql, "select amount from public.of_mine") == [(Decimal("12345678901234.46"),)]


def test_a_build_that_is_there_is_left_and_a_table_whose_types_have_changed_is_made_anew(
    published: Path, schema: SqlSchema, postgresql: str
) -> None:
    schema.replace(published, _wanted("a"))
    made = "select 'finago.own_mine'::regclass::oid::int, xmin::text from finago.own_mine"
    before = _rows(postgresql, made)
    schema.replace(published, _wanted("a"))
    assert _rows(postgresql, made) == before
    _publish(published, LEDGER, "create or replace table own.mine as select 'x' as n, 2 as m")
    schema.replace(published, _wanted("b"))
    assert _rows(postgresql, "select n, m from finago.own_mine") == [("x", 2)]


def test_a_copy_that_fails_half_way_leaves_every_table_as_it_was(
    published: Path, schema: SqlSchema, postgresql: str
) -> None:
    schema.replace(published, _wanted("a"))
    # PostgreSQL holds no text with a zero in it; the ledger has been filled by then
    _publish(
        published, LEDGER, "delete from marts.ledger", "create or replace table own.mine as select chr(0) || 'x' as n"
    )
    with pytest.raises(NotWritable, match="the database refused") as raised:
        schema.replace(published, _wanted("b"))
    assert PASSWORD not in str(raised.value)
    assert _rows(postgresql, "select count(*) from finago.ledger") == [(2,)]
    assert _rows(postgresql, "select distinct build_of_run from finago.published_tables") == [("a",)]


def test_readers_see_the_last_build_until_the_new_one_is_there_whole(
    published: Path, schema: SqlSchema, postgresql: str
) -> None:
    schema.replace(published, _wanted("a"))
    _publish(published, LEDGER, "update marts.ledger set amount = 1")
    with psycopg.connect(postgresql) as reader:
        reader.execute("set transaction isolation level repeatable read")
        before = reader.execute("select sum(amount) from finago.ledger").fetchall()
        # it waits for no reader, and no reader for it
        schema.replace(published, _wanted("b"))
        assert reader.execute("select sum(amount) from finago.ledger").fetchall() == before
    assert _rows(postgresql, "select sum(amount) from finago.ledger") == [(Decimal(2),)]


def test_a_table_that_is_not_ours_is_never_touched(published: Path, schema: SqlSchema, postgresql: str) -> None:
    _change(postgresql, "create schema finago create table ledger (n integer) create table other (n integer)")
    with pytest.raises(NotWritable, match="'ledger' that this did not make"):
        schema.replace(published, _wanted("a"))
    assert _rows(postgresql, "select count(*) from finago.ledger") == [(0,)]
    _change(postgresql, "drop table finago.ledger")
    schema.replace(published, _wanted("a"))
    schema.replace(_publish(published), _wanted("b", {"own/mine": 1}))
    tables = "select table_name from information_schema.tables where table_schema = 'finago' order by 1"
    assert _rows(postgresql, tables) == [("other",), ("own_mine",), ("published_tables",)]


def test_another_database_and_one_that_does_not_answer_are_named_without_the_password(published: Path) -> None:
    with pytest.raises(SettingInvalid, match="PostgreSQL alone"):
        SqlSchema(read_address("sqlite:///mine.db", table="finago"), "300MB").replace(published, _wanted("a"))
    nowhere = read_address(f"postgresql://me:{PASSWORD}@127.0.0.1:9/db#finago")
    with pytest.raises(NotWritable, match="no connection") as raised:
        SqlSchema(nowhere, "300MB").replace(published, _wanted("a"))
    assert PASSWORD not in str(raised.value)


@pytest.mark.slow
def test_a_large_table_is_copied_in_bounded_memory(postgresql: str, tmp_path: Path) -> None:
    rows = 600_000
    large = (
        f"select 'l' || range as line_id, range / 100 as amount, repeat(md5(range::varchar), 6) as x from range({rows})"
    )
    published = _publish(
        tmp_path / "finago.duckdb",
        "create schema marts",
        f"create table marts.ledger as select line_id, amount::decimal(18, 2) as amount, x from ({large})",
    )
    done = subprocess.run(
        [sys.executable, "-c", COPY, postgresql, published, f"{rows}"],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[3],
    )
    assert int(done.stdout.split()[-1]) < LIMIT_MEBIBYTES
    assert _rows(postgresql, "select count(*), count(distinct x) from finago.ledger") == [(rows, rows)]
