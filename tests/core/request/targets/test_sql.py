"""Records into a table of the user's own database, on each kind that is tried: exact, whole, and again the same."""

from __future__ import annotations

import json
import stat
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import mssql

from finago_assets.core.connections.address import read_address
from finago_assets.core.errors import FinagoError, Malformed, NotWritable
from finago_assets.core.request.columns import Column
from finago_assets.core.request.fields import ColumnKind
from finago_assets.core.request.targets.sql_types import type_of
from finago_assets.core.request.targets.target import parse_target
from tests.postgresql import PASSWORD

if TYPE_CHECKING:
    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.targets.written import Written
    from tests.core.request.targets.conftest import Answering

ROWS = r"""[
 {"id": 1, "amount": 12345678901234567.89, "text": "a\n\\.\nb, \"q\" æ", "paid": true, "tags": [1, {"x": 2.50}]},
 {"id": null, "amount": 0.5, "text": "", "paid": null, "tags": null, "account": {"number": "0123"}},
 {"id": 3, "amount": 7, "text": null, "paid": false}
]"""


def query(database: str, sql: str) -> list[tuple[Any, ...]]:
    engine = read_address(database, table="any").engine()
    with engine.begin() as connection:
        result = connection.execute(sa.text(sql))
        return [tuple(row) for row in result] if result.returns_rows else []


def write(database: str, answer: Answer, table: str = "books") -> Written:
    return parse_target(f"{database}#{table}").write(answer)


def refused(database: str, answer: Answer, kind: type[FinagoError] = NotWritable, table: str = "books") -> str:
    """Return the words of the refusal, of which no part of the trace repeats the password."""
    with pytest.raises(kind) as raised:
        write(database, answer, table)
    assert PASSWORD not in "".join(traceback.format_exception(raised.value))
    return str(raised.value)


def test_records_become_rows_to_the_last_digit(database: str, answer: Answering) -> None:
    written = write(database, answer(ROWS))
    assert written.rows == 3
    assert written.place.endswith("#books")
    columns = (
        "id, cast(amount as text), text, case when paid then 'yes' when not paid then 'no' end, tags, account_number"
    )
    assert query(database, f"select {columns} from books order by cast(amount as text)") == [
        (None, "0.50", "", None, None, "0123"),
        (1, "12345678901234567.89", 'a\n\\.\nb, "q" æ', "yes", '[1, {"x": 2.50}]', None),
        (3, "7.00", None, "no", None, None),
    ]


def test_writing_again_leaves_the_same_rows_and_keeps_the_table(database: str, answer: Answering) -> None:
    write(database, answer(ROWS))
    query(database, "create view seen as select id from books")
    write(database, answer(ROWS))
    assert query(database, "select count(*) from seen") == [(3,)]


def test_the_password_shows_nowhere(postgresql: str, answer: Answering) -> None:
    target = parse_target(f"{postgresql}#books")
    assert PASSWORD not in repr(target) + target.place + repr(target.write(answer(ROWS)))


def test_names_are_the_fields_own_whatever_they_are(database: str, answer: Answering) -> None:
    names = ['"; drop table x; --', "", "with space", "100%", "%s", "a:b", ":c", "æ", "'", "select"]
    rows = [dict.fromkeys(names, "x"), dict.fromkeys(names, "y")]
    write(database, answer(json.dumps(rows)))
    write(database, answer(json.dumps([{**rows[0], "new: 5%": 1}])))
    assert query(database, "select * from books") == [("x",) * len(names) + (1,)]


def test_a_table_may_be_called_anything_that_is_no_part_of_an_address(database: str, answer: Answering) -> None:
    name = 'odd "t; drop 100% æ'
    for _ in range(2):
        assert write(database, answer(ROWS), name).rows == 3


def test_a_table_of_the_users_own_is_filled_by_name_in_any_letters(database: str, answer: Answering) -> None:
    query(database, "create table books (note text, ID bigint not null, day date, amount varchar(50), CUSTOMERID text)")
    query(database, "insert into books (id, note) values (99, 'to be replaced')")
    write(database, answer('[{"id": 1, "day": "2024-01-31", "amount": 1.50, "customerId": 7}]'))
    columns = "id, cast(day as varchar(10)), amount, customerid, note"
    assert query(database, f"select {columns} from books") == [(1, "2024-01-31", "1.50", "7", None)]


def test_a_new_field_becomes_a_new_column(database: str, answer: Answering) -> None:
    write(database, answer('[{"id": 1}]'))
    write(database, answer('[{"id": 2, "amount": 0.25}]'))
    assert query(database, "select id, cast(amount as text) from books") == [(2, "0.25")]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("bigint", "1.5"),
        ("bigint", '"x"'),
        ("bigint", "9223372036854775808"),
        ("double precision", "0.1"),
        ("real", "1"),
        ("boolean", "1"),
        ("date", "20240131"),
    ],
)
def test_a_column_that_cannot_hold_the_values_exactly_is_refused(
    database: str, answer: Answering, type_: str, value: str
) -> None:
    query(database, f"create table books (id bigint, a {type_})")
    query(database, "insert into books (id) values (99)")
    told = refused(database, answer(f'[{{"id": 1, "a": {value}}}]'))
    assert "'a' is" in told
    assert "Nothing was changed" in told
    assert query(database, "select id from books") == [(99,)]


def test_decimals_fit_where_the_places_do(postgresql: str, answer: Answering) -> None:
    query(postgresql, "create table books (a numeric(18, 2))")
    write(postgresql, answer('[{"a": 1.25}]'))
    assert "decimal with 3 places" in refused(postgresql, answer('[{"a": 1.255}]'))
    assert "NumericValueOutOfRange" in refused(postgresql, answer('[{"a": 12345678901234567.5}]'))
    assert query(postgresql, "select a::text from books") == [("1.25",)]


def test_a_row_that_the_table_refuses_leaves_everything_as_it_was(database: str, answer: Answering) -> None:
    query(database, "create table books (id bigint, a text check (a <> 'bad'))")
    query(database, "insert into books values (99, 'kept')")
    rows = [{"id": number, "a": "good", "new": 1} for number in range(12_000)] + [{"id": 1, "a": "bad"}]
    assert "the database refused" in refused(database, answer(json.dumps(rows)))
    assert query(database, "select * from books") == [(99, "kept")]


def test_a_new_table_is_there_with_its_rows_or_not_at_all(database: str, answer: Answering) -> None:
    good = answer(json.dumps([{"a": "x"}] * 3_000))
    whole = good.body.read_bytes()
    good.body.write_bytes(whole[:-1] + b', {"a": "\\ud800"}]')  # half a character, which only reading finds
    refused(database, good, Malformed)
    if not database.startswith("sqlite"):
        assert query(database, "select to_regclass('books')") == [(None,)]
    else:
        assert not Path(database.removeprefix("sqlite:///")).exists()


def test_without_records_a_table_is_emptied_and_none_is_made(database: str, answer: Answering) -> None:
    assert write(database, answer("[]")).rows == 0
    write(database, answer('[{"id": 1}]'))
    write(database, answer("[]"))
    assert query(database, "select * from books") == []


def test_two_runs_at_once_leave_the_rows_of_one(postgresql: str, answer: Answering) -> None:
    given = answer(json.dumps([{"id": number} for number in range(5_000)]))
    write(postgresql, given)
    writers = [threading.Thread(target=write, args=(postgresql, given)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert query(postgresql, "select count(*) from books") == [(5_000,)]


def test_a_schema_is_named_before_the_table_and_has_to_be_there(postgresql: str, answer: Answering) -> None:
    assert "no such schema" in refused(postgresql, answer(ROWS), table="own.books")
    query(postgresql, "create schema own")
    assert write(postgresql, answer(ROWS), "own.books").place.endswith("#own.books")
    assert query(postgresql, "select count(*) from own.books") == [(3,)]


def test_a_table_whose_name_would_be_cut_is_refused(postgresql: str, answer: Answering) -> None:
    assert "more than 63 bytes" in refused(postgresql, answer(ROWS), table="æ" * 32)


def test_a_name_longer_than_the_database_keeps_is_refused(postgresql: str, answer: Answering) -> None:
    told = refused(postgresql, answer(json.dumps([{"x" * 64: 1}])), Malformed)
    assert "longest: 63 bytes" in told


def test_text_that_the_database_cannot_keep_is_refused(postgresql: str, answer: Answering) -> None:
    assert "CharacterNotInRepertoire" in refused(postgresql, answer('[{"a": "x\\u0000y"}]'))


def test_a_wrong_password_is_told_without_it(postgresql: str, answer: Answering) -> None:
    wrong = postgresql.replace(PASSWORD, f"{PASSWORD}x")
    assert "no connection (OperationalError)" in refused(wrong, answer(ROWS))


def test_a_sqlite_file_is_private(tmp_path: Path, answer: Answering) -> None:
    write(f"sqlite:///{tmp_path / 'own.db'}", answer(ROWS))
    assert stat.S_IMODE((tmp_path / "own.db").stat().st_mode) == 0o600


def test_a_sqlite_column_of_decimals_would_make_floats_and_is_refused(tmp_path: Path, answer: Answering) -> None:
    database = f"sqlite:///{tmp_path / 'own.db'}"
    query(database, "create table books (a numeric(18, 2))")
    assert "'a' is NUMERIC there" in refused(database, answer('[{"a": 1.25}]'))


def test_sql_server_is_given_types_that_lose_nothing() -> None:
    """What it would be told, from SQLAlchemy's own compiler; no server of the kind was ever asked.

    Whether a server knows the types that came in 2012 is found out when connecting.
    """
    kinds = [
        ("f", ColumnKind.FLAG, 0),
        ("i", ColumnKind.INTEGER, 0),
        ("d", ColumnKind.DECIMAL, 5),
        ("t", ColumnKind.TEXT, 0),
        ("j", ColumnKind.JSON, 0),
    ]
    dialect = mssql.dialect(deprecate_large_types=True)  # type: ignore[no-untyped-call]
    types = [type_of(Column(name, (name,), kind, 38, scale), dialect).compile(dialect) for name, kind, scale in kinds]
    assert types == ["BIT", "BIGINT", "NUMERIC(38, 5)", "NVARCHAR(max)", "NVARCHAR(max)"]
