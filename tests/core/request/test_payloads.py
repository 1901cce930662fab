"""Cutting a file into records: the bytes as sent, whatever they hold, in pieces of any size."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import Malformed
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


@pytest.mark.parametrize("text", ["", "{", '{"a":1}{"b":2}'])
def test_a_file_that_is_not_one_value_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(Malformed, match="not the JSON it was"):
        cut(tmp_path, text, many=False)
