"""Cutting a file into records: the bytes as sent, whatever they hold, in pieces of any size."""

from __future__ import annotations

import json
import random
from typing import TYPE_CHECKING

import msgspec
import pytest

from finago_assets.core.errors import Malformed, TooLarge
from finago_assets.core.request.payloads import payloads_in

if TYPE_CHECKING:
    from pathlib import Path

TRICKY = [
    '{"a":[{"b":1},{"c":2}],"d":"},{ \\" ]"}',
    '{ "a" : 1.50 , "b" : { } }',
    '{"kjøp":"æøå \\u00e6 },{"}',
    "{}",
    '{"n":12345678901234567.89,"e":1E+5}',
]
LONG = json.dumps({"lines": [{"number": number} for number in range(500)]})


def cut(tmp_path: Path, text: str, *, many: bool = True, piece: int = 64) -> list[str]:
    file = tmp_path / "body.json"
    file.write_text(text, encoding="utf-8")
    return [payload.decode() for group in payloads_in(file, many=many, piece=piece) for payload in group]


@pytest.mark.parametrize("piece", [1, 2, 7, 64, 4096])
@pytest.mark.parametrize("between", [",", " ,\n  "])
def test_records_come_back_as_they_were_sent(tmp_path: Path, piece: int, between: str) -> None:
    records = [*TRICKY, *TRICKY, LONG, *TRICKY]
    assert cut(tmp_path, f" \n[ {between.join(records)} ]\r\n", piece=piece) == records


@pytest.mark.parametrize("piece", [1, 5, 64])
def test_items_that_are_no_objects_are_cut_too(tmp_path: Path, piece: int) -> None:
    assert cut(tmp_path, '["a,b", [1, {"x": 2}], null, 3.0, {"a": 1}]', piece=piece) == [
        '"a,b"',
        '[1, {"x": 2}]',
        "null",
        "3.0",
        '{"a": 1}',
    ]


def test_one_object_is_one_record(tmp_path: Path) -> None:
    assert cut(tmp_path, ' {"a": [1, 2]}\n', many=False) == ['{"a": [1, 2]}']


@pytest.mark.parametrize("text", ["[]", " [ ] "])
def test_an_empty_array_has_no_records(tmp_path: Path, text: str) -> None:
    assert cut(tmp_path, text) == []


@pytest.mark.parametrize("text", ["", "{}", '[{"a":1}', '[{"a":1},]', '[{"a":1}]x', '[{"a":1} {"b":2}]', "nothing"])
def test_a_file_that_is_no_array_any_more_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Malformed, match="not the JSON it was"):
        cut(tmp_path, text)


@pytest.mark.parametrize("piece", [64, 4096])
def test_objects_nested_in_objects_that_begin_alike_are_not_taken_for_records(tmp_path: Path, piece: int) -> None:
    lines = [{"id": number, "lines": [{"id": 1}, {"id": 2}]} for number in range(50)]
    records = [json.dumps({"id": number, "lines": lines}) for number in range(20)]
    assert cut(tmp_path, f"[{','.join(records)}]", piece=piece) == records


def test_damage_in_the_middle_is_found_before_the_rest_is_read(tmp_path: Path) -> None:
    good = ",".join(['{"a":1}'] * 100)
    with pytest.raises(Malformed):
        cut(tmp_path, f"[{good},{{'a':1}},{good * 1000}]", piece=16)


def test_a_record_without_end_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    file = tmp_path / "body.json"
    file.write_bytes(b'[{"a":1},{"b":"' + b"x" * 100_000)
    with pytest.raises(TooLarge, match="larger than 1000 bytes"):
        list(payloads_in(file, many=True, piece=64, limit=1000))


ODD = ['a,b]{}"\\', "},", ",", 'æ"', "\\"]


def _some(source: random.Random, depth: int = 0) -> object:
    kind = source.random()
    if depth > 4 or kind < 0.3:
        return source.choice([1, 1.5, None, True, *ODD])
    if kind < 0.6:
        return [_some(source, depth + 1) for _ in range(source.randint(0, 6))]
    return {source.choice(ODD) + str(key): _some(source, depth + 1) for key in range(source.randint(0, 6))}


def _perhaps_damaged(source: random.Random, text: bytes) -> bytes:
    at = source.randrange(len(text))
    put_in = source.choice([b'"', b"]", b"}", b",", b"[", b"{", b"\\", b" ", b"x"])
    return source.choice([text, text, text[:at], text[:at] + text[at + 1 :], text[:at] + put_in + text[at:]])


def _at_once(text: bytes) -> list[bytes] | None:
    try:
        return list(map(bytes, msgspec.json.decode(text, type=list[msgspec.Raw])))
    except msgspec.MsgspecError:
        return None


def _in_pieces(file: Path, piece: int) -> list[bytes] | None:
    try:
        return [payload for group in payloads_in(file, many=True, piece=piece) for payload in group]
    except Malformed:
        return None


def test_whole_and_damaged_arrays_are_read_as_a_reader_of_the_whole_text_reads_them(tmp_path: Path) -> None:
    source, file, refused = random.Random(4), tmp_path / "body.json", 0
    for _ in range(1_000):
        values = [_some(source) for _ in range(source.randint(0, 12))]
        indent, plain = source.choice([None, 1]), source.random() < 0.5
        text = _perhaps_damaged(source, json.dumps(values, indent=indent, ensure_ascii=plain).encode())
        file.write_bytes(text)
        wanted = _at_once(text)
        assert _in_pieces(file, source.choice([5, 17, 64, 300])) == wanted, text
        refused += wanted is None
    assert 250 < refused < 750


@pytest.mark.parametrize("text", ["", "{", '{"a":1}{"b":2}'])
def test_a_file_that_is_not_one_value_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Malformed, match="not the JSON it was"):
        cut(tmp_path, text, many=False)
