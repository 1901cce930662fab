"""Records into a table of a DuckDB file: exact, in one transaction, in a private file."""

from __future__ import annotations

import json
import stat
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finago_assets.core.errors import CorruptFile, Environment, FinagoError, Malformed, NotWritable
from finago_assets.core.request.targets.target import parse_target
from finago_assets.core.request.targets.written import Written

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.request.targets.conftest import Answering


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "own.duckdb"


def query(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(file) as connection:
        return connection.execute(sql).fetchall()


def test_records_become_a_typed_table_in_a_private_file(file: Path, answer: Answering) -> None:
    rows = '[{"id": 1, "amount": 12345678901234567.89}, {"id": null, "a": {"b": [1.0]}}]'
    assert parse_target(f"duckdb:{file}#raw.books").write(answer(rows)) == Written(2, f"duckdb:{file}#raw.books")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert query(file, "from raw.books") == [(1, Decimal("12345678901234567.89"), None), (None, None, "[1.0]")]
    assert query(file, "select distinct typeof(amount) from raw.books") == [("DECIMAL(38,2)",)]


def test_writing_again_leaves_the_same_rows_and_keeps_the_table(file: Path, answer: Answering) -> None:
    target = parse_target(f"duckdb:{file}#books")
    target.write(answer('[{"id": 1}]'))
    query(file, "create view seen as from books; create table other as select 1")
    target.write(answer('[{"ID": 1}]'))
    target.write(answer('[{"id": 2, "new": 0.5}]'))
    assert query(file, "from books") == [(2, Decimal("0.5"))]
    assert query(file, "select id from seen") == [(2,)]
    assert query(file, "select count(*) from other") == [(1,)]


def test_a_schema_may_be_called_as_its_file_is(tmp_path: Path, answer: Answering) -> None:
    target = parse_target(f"duckdb:{tmp_path}/office.duckdb#office.books")
    target.write(answer('[{"id": 1}]'))
    target.write(answer('[{"id": 2, "new": 3}]'))
    assert query(tmp_path / "office.duckdb", "from office.office.books") == [(2, 3)]


def test_without_records_a_table_is_emptied_and_none_is_made(file: Path, answer: Answering) -> None:
    target = parse_target(f"duckdb:{file}#books")
    assert target.write(answer("[]")).rows == 0
    assert query(file, "show tables") == []
    target.write(answer('[{"id": 1}]'))
    target.write(answer("[]"))
    assert query(file, "from books") == []


def test_names_are_the_fields_own_whatever_they_are(file: Path, answer: Answering) -> None:
    names = ['"; drop table x; --', "", "with space", "100%", "a:b", "'", "select", "x" * 300]
    parse_target(f'duckdb:{file}#"odd" schema.select').write(answer(json.dumps([dict.fromkeys(names, 1)])))
    assert query(file, 'from """odd"" schema"."select"') == [(1,) * len(names)]


@pytest.mark.parametrize(
    ("type_", "value"),
    [
        ("BIGINT", "1.5"),
        ("DOUBLE", "0.1"),
        ("FLOAT", "1"),
        ("DECIMAL(18,2)", "0.125"),
        ("BOOLEAN", '"true"'),
        ("DATE", "20240131"),
        ("INTEGER[]", "[1]"),
    ],
)
def test_a_column_that_cannot_hold_the_values_exactly_is_refused(
    file: Path, answer: Answering, type_: str, value: str
) -> None:
    query(file, f"create table books (id BIGINT, a {type_}); insert into books (id) values (99)")
    with pytest.raises(NotWritable, match=r"'a' is .* there and .* in the answer.*Nothing was changed"):
        parse_target(f"duckdb:{file}#books").write(answer(f'[{{"id": 1, "a": {value}}}]'))
    assert query(file, "select id from books") == [(99,)]


@pytest.mark.parametrize(
    ("type_", "value", "kind"),
    [("INTEGER", "9000000000", Environment), ("DECIMAL(4,2)", "100.5", Environment), ("DATE", '"soon"', Environment)],
)
def test_a_value_that_the_table_refuses_leaves_everything_as_it_was(
    file: Path, answer: Answering, type_: str, value: str, kind: type[FinagoError]
) -> None:
    query(file, f"create table books (id BIGINT, a {type_}); insert into books (id) values (99)")
    with pytest.raises(kind, match="DuckDB refused with ConversionException"):
        parse_target(f"duckdb:{file}#books").write(answer(f'[{{"id": 1, "new": 1, "a": {value}}}]'))
    assert query(file, "from books") == [(99, None)]


def test_an_answer_that_is_no_table_leaves_everything_as_it_was(file: Path, answer: Answering) -> None:
    target = parse_target(f"duckdb:{file}#books")
    target.write(answer('[{"id": 1}]'))
    with pytest.raises(Malformed):
        target.write(answer('[{"id": 1}, 2]'))
    assert query(file, "from books") == [(1,)]


def test_a_file_that_is_no_duckdb_database_is_told(file: Path, answer: Answering) -> None:
    file.write_text("something else" * 1000)
    with pytest.raises(CorruptFile, match=r"own\.duckdb cannot be read"):
        parse_target(f"duckdb:{file}#books").write(answer('[{"id": 1}]'))
    assert file.read_text().startswith("something else")
