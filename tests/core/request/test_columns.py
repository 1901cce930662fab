"""Types from the JSON, over every record and exact to the last digit; names as the fields have them."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from finago_assets.core.errors import Malformed
from finago_assets.core.request.columns import batches_of, columns_of
from finago_assets.core.request.fields import ColumnKind
from finago_assets.core.request.parquet import relation_of

if TYPE_CHECKING:
    from pathlib import Path


def read(tmp_path: Path, text: str, *, many: bool = True) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """Return each column's type in DuckDB, and the rows."""
    file = tmp_path / "body.json"
    file.write_text(text, encoding="utf-8")
    with duckdb.connect() as connection:
        relation = relation_of(connection, file, many=many)
        return dict(zip(relation.columns, map(str, relation.types), strict=True)), relation.fetchall()


@pytest.mark.parametrize(
    ("values", "type_", "read_as"),
    [
        (["1", "-2"], "BIGINT", [1, -2]),
        (["9223372036854775807", "-9223372036854775808"], "BIGINT", [2**63 - 1, -(2**63)]),
        (["9223372036854775808", "1"], "DECIMAL(38,0)", [Decimal(2**63), Decimal(1)]),
        (["1", "1.5"], "DECIMAL(18,1)", [Decimal("1.0"), Decimal("1.5")]),
        (["12345678901234567.89"], "DECIMAL(38,2)", [Decimal("12345678901234567.89")]),
        (["0.1", "-0.0000001", "1e2"], "DECIMAL(18,7)", [Decimal("0.1"), Decimal("-0.0000001"), Decimal(100)]),
        (["1.5E-3", "2E+3"], "DECIMAL(18,4)", [Decimal("0.0015"), Decimal(2000)]),
        (["9" * 39, "1"], "VARCHAR", ["9" * 39, "1"]),
        (["9" * 5000], "VARCHAR", ["9" * 5000]),
        (["1e400", "0.5"], "VARCHAR", ["1e400", "0.5"]),
        (["1e99999999999999999999"], "VARCHAR", ["1e99999999999999999999"]),
        (["true", "null", "false"], "BOOLEAN", [True, None, False]),
        (['"0123"', '"æ\\n\\u00e6"', '""'], "VARCHAR", ["0123", "æ\næ", ""]),
        (["null", "null"], "VARCHAR", [None, None]),
        (['"1"', "1", "1.50", "true", "null"], "VARCHAR", ["1", "1", "1.50", "true", None]),
        (['[1, {"x": 1.0}]', "[]", "null"], "VARCHAR", ['[1, {"x": 1.0}]', "[]", None]),
        (['{"x": 1}', '"text"', "null"], "VARCHAR", ['{"x": 1}', '"text"', None]),
        (["{}", "null"], "VARCHAR", ["{}", None]),
    ],
)
def test_a_type_is_the_narrowest_that_holds_every_value_exactly(
    tmp_path: Path, values: list[str], type_: str, read_as: list[object]
) -> None:
    types, rows = read(tmp_path, "[" + ",".join(f'{{"a":{value}}}' for value in values) + "]")
    assert types == {"a": type_}
    assert [row[0] for row in rows] == read_as


def test_a_type_is_taken_from_the_last_record_as_much_as_from_the_first(tmp_path: Path) -> None:
    records = ['{"a":1,"b":null}'] * 25_000 + ['{"a":0.125,"b":true,"late":"x"}']
    types, rows = read(tmp_path, f"[{','.join(records)}]")
    assert types == {"a": "DECIMAL(18,3)", "b": "BOOLEAN", "late": "VARCHAR"}
    assert (len(rows), rows[0], rows[-1]) == (25_001, (Decimal(1), None, None), (Decimal("0.125"), True, "x"))


def test_objects_become_columns_at_every_depth_and_a_missing_one_is_null(tmp_path: Path) -> None:
    text = '[{"id":1,"account":{"id":7,"owner":{"name":"A"}}},{"id":2,"account":null},{"id":3},{"account":{"id":8}}]'
    types, rows = read(tmp_path, text)
    assert types == {"id": "BIGINT", "account_id": "BIGINT", "account_owner_name": "VARCHAR"}
    assert rows == [(1, 7, "A"), (2, None, None), (3, None, None), (None, 8, None)]


def test_one_object_is_one_row(tmp_path: Path) -> None:
    assert read(tmp_path, ' {"a": {"b": 2.50}} ', many=False) == ({"a_b": "DECIMAL(18,2)"}, [(Decimal("2.50"),)])


def test_of_a_doubled_key_the_last_value_counts_as_in_every_reader_here(tmp_path: Path) -> None:
    assert read(tmp_path, '[{"a":"x","a":2}]') == ({"a": "BIGINT"}, [(2,)])


def test_names_are_the_fields_own_whatever_they_are(tmp_path: Path) -> None:
    names = ['"; drop table x; --', "", "with space", "100%", "a:b", "æ", "'", "x" * 200]
    types, rows = read(tmp_path, json.dumps([dict.fromkeys(names, 1)], ensure_ascii=False))
    assert list(types) == ["_" if name == "" else name for name in names]
    assert rows == [(1,) * len(names)]


@pytest.mark.parametrize("text", ['[{"Id":1},{"id":2}]', '[{"a":{"b":1},"a_b":2}]', '[{"_":1,"":2}]'])
def test_two_fields_that_would_be_one_column_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Malformed, match="would be one column"):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["[1,2]", "[null]", "[[1]]", '[{"a":1},"x"]'])
def test_items_that_are_no_objects_have_no_columns(tmp_path: Path, text: str) -> None:
    with pytest.raises(Malformed, match="items that are no objects"):
        read(tmp_path, text)


def test_an_object_whose_keys_are_data_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="more than 1000 fields"):
        read(tmp_path, json.dumps([{"by_id": {str(number): number for number in range(2_000)}}]))


@pytest.mark.parametrize(("text", "rows"), [("[]", 0), ("[{},{}]", 2)])
def test_without_any_field_there_is_one_column_that_says_so(tmp_path: Path, text: str, rows: int) -> None:
    assert read(tmp_path, text) == ({"no_fields": "VARCHAR"}, [(None,)] * rows)


def test_batches_are_no_larger_than_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_text(json.dumps([{"a": number} for number in range(25)]))
    columns = columns_of(file, many=True)
    assert [batch.num_rows for batch in batches_of(file, many=True, columns=columns, size=10)] == [10, 10, 5]


def spelled(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f"{json.dumps(name)}: {value}" for name, value in fields.items()) + "}"


NUMBERS = st.one_of(st.integers(-(2**70), 2**70).map(str), st.decimals(-(10**30), 10**30).map("{:f}".format))
SCALARS = st.one_of(st.sampled_from(["null", "true", "false"]), NUMBERS, st.text(max_size=4).map(json.dumps))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda items: f"[{', '.join(items)}]"),
        st.dictionaries(st.sampled_from("xyz"), inner, max_size=3).map(spelled),
    ),
    max_leaves=5,
)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(["a", "b", "æ"]), VALUES, max_size=3).map(spelled), max_size=5))
def test_every_value_of_any_answer_is_found_again_as_it_was(tmp_path: Path, records: list[str]) -> None:
    file = tmp_path / "body.json"
    file.write_text(f"[{', '.join(records)}]", encoding="utf-8")
    columns = columns_of(file, many=True)
    table = batches_of(file, many=True, columns=columns).read_all()
    for column in columns:
        sent = [value_at(json.loads(record, parse_float=Decimal), column.path) for record in records]
        for before, after in zip(sent, table.column(column.name).to_pylist(), strict=True):
            is_json = column.kind is ColumnKind.JSON or (
                column.kind is ColumnKind.MIXED and not isinstance(before, str)
            )
            found = json.loads(after, parse_float=Decimal) if is_json and after is not None else after
            assert found == before


def value_at(record: object, path: tuple[str, ...]) -> object:
    for key in path:
        record = record.get(key) if isinstance(record, dict) else None
    return record
