"""The parquet file of any answer holds what plain rules, spelled out here, make of its records."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import TYPE_CHECKING, Final

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from finago_assets.core.errors import Malformed
from finago_assets.core.request.parquet import write_parquet

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

Column = tuple[str, pa.DataType, list[object]]
DICT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])
BEYOND: Final = 1_000


def columns_of(objects: Sequence[dict[str, msgspec.Raw] | None], before: str = "") -> Iterator[Column]:
    """Read one value after the other, all of them before a type is chosen."""
    for key in dict.fromkeys(key for one in objects for key in one or {}):
        texts = [bytes((one or {}).get(key, b"null")) for one in objects]
        found = [text for text in texts if text != b"null"]
        inner = [DICT.decode(text) if text.startswith(b"{") else None for text in texts]
        if found and any(inner) and all(text.startswith(b"{") for text in found):
            yield from columns_of(inner, f"{before}{key}_")
        else:
            type_ = type_of(found)
            yield f"{before}{key}" or "_", type_, [value_of(text, found, type_) for text in texts]


def type_of(texts: list[bytes]) -> pa.DataType:
    if texts and all(text in {b"true", b"false"} for text in texts):
        return pa.bool_()
    if not texts or not all(is_number(text) for text in texts):
        return pa.string()
    if all(b"." not in text and b"e" not in text.lower() and -(2**63) <= int(text) < 2**63 for text in texts):
        return pa.int64()
    places = [places_of(text.decode().lower()) for text in texts]
    whole, scale = (max(numbers) for numbers in zip(*places, strict=True))
    width = next((width for width in (18, 38) if whole + scale <= width), None)
    return pa.string() if width is None else pa.decimal128(width, scale)


def is_number(text: bytes) -> bool:
    return text[:1] in b"-0123456789"


def places_of(number: str) -> tuple[int, int]:
    """Count the digits before the point and behind it; an exponent moves the point."""
    mantissa, _, power = number.lstrip("-").partition("e")
    before, _, after = mantissa.partition(".")
    shift = int(power or 0) if len(power) < 4 else BEYOND
    return len(before) + shift, max(0, len(after) - shift)


def value_of(text: bytes, found: list[bytes], type_: pa.DataType) -> object:
    if text == b"null":
        return None
    if type_ == pa.string():
        plain = text.startswith(b'"') and not any(other[:1] in b"[{" for other in found)
        return msgspec.json.decode(text, type=str) if plain else text.decode()
    return Decimal(text.decode()) if pa.types.is_decimal(type_) else msgspec.json.decode(text)


def spelled(pairs: list[tuple[str, str]]) -> str:
    """Keys may be doubled, and one of them is spelled with an escape."""
    names = [msgspec.json.encode(name).decode().replace("c", "\\u0063") for name, _ in pairs]
    return "{" + ", ".join(f"{name}: {value}" for name, (_, value) in zip(names, pairs, strict=True)) + "}"


NUMBERS = st.one_of(
    st.sampled_from(["0", "-0", "1.500", "1e2", "1.5E-3", "-2E+3", "0e30", "1e400", "9223372036854775807", "1" * 19]),
    st.integers(-(10**6), 10**6).map(str),
    st.integers(-(2**70), 2**70).map(str),
    st.decimals(-(10**5), 10**5, places=2).map("{:f}".format),
    st.decimals(-(10**30), 10**30, allow_nan=False).map("{:f}".format),
)
TEXTS = st.one_of(st.sampled_from(["", "0123", "null", "1.50", "e"]), st.text(max_size=4)).map(
    lambda text: msgspec.json.encode(text).decode()
)
SCALARS = st.one_of(st.sampled_from(["null", "true", "false", "{}", "{ }", "[ ]"]), NUMBERS, TEXTS)
KEYS = st.sampled_from(["a", "b", "c", "A", "a_b", "", 'say "q"', "æ"])
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]"),
        st.lists(st.tuples(KEYS, inner), max_size=3).map(spelled),
    ),
    max_leaves=4,
)
RECORDS = st.lists(st.tuples(KEYS, VALUES), max_size=4).map(spelled)
# few records, each of them many times: the later ones are like earlier ones, or they are not
ANSWERS = st.lists(RECORDS, min_size=1, max_size=4).flatmap(lambda few: st.lists(st.sampled_from(few), max_size=9))


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ANSWERS, st.integers(1, 4))
@example(['{"a": {}}', '{"a": {"b": 1}}', '{"a": "x"}'], 1)
@example(['{"a": {}}', '{"a": {"b": 1}}'] * 2, 1)
@example(['{"a": 1.5}', '{"a": 1.500}', '{"a": 1}', '{"a": 12345678901234567.8}'], 1)
@example(['{"a": 0.5}', '{"a": 0e30}', '{"a": "x"}', '{"a": [1.10]}'], 1)
@example(['{"a": 0.5}', '{"a": 12e-3}'], 1)
@example(['{"a": 123456}', '{"a": 1234567890123456}', '{"a": 0.125}'], 1)
@example(['{"a": {"b": 1}, "a_b": 1}', '{"a": 1, "a_b": 1}'], 1)
@example(["{}", '{"": null}'], 1)
@example(['{"a": 1}', '{"a": "x", "a": 2}', '{"a": 3}'], 1)
def test_a_file_has_the_columns_and_values_of_the_plain_rules(tmp_path: Path, records: list[str], size: int) -> None:
    body = tmp_path / "body.json"
    body.write_text(f"[{', '.join(records)}]", encoding="utf-8")
    expected = list(columns_of([DICT.decode(record) for record in records]))
    file = BytesIO()
    if len({name.casefold() for name, _, _ in expected}) < len(expected):
        with pytest.raises(Malformed, match="would be one column"):
            write_parquet(file, body, many=True, size=size)
        return
    assert write_parquet(file, body, many=True, size=size) == len(records)
    table = pq.read_table(file, use_threads=False)
    names, types, values = zip(*(expected or [("no_fields", pa.string(), [None] * len(records))]), strict=True)
    assert table.schema == pa.schema(list(zip(names, types, strict=True)))
    assert [column.to_pylist() for column in table.columns] == list(values)
