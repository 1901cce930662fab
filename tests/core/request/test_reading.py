"""What is in a body that has just come, and how an error body calls itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.core.errors import TooLarge
from finago_assets.core.http.body import INFLATED_LIMIT
from finago_assets.core.http.fault import Fault
from finago_assets.core.request.reading import count_records, error_names

if TYPE_CHECKING:
    from pathlib import Path

SPACE = b" \t\r\n" * 5_000


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"", (False, 0)),
        (SPACE, (False, 0)),
        (SPACE + b"[]" + SPACE, (True, 0)),
        (SPACE + b'[{"a":1} , {}]' + SPACE, (True, 2)),
        (SPACE + b'{"a":[1,2]}' + SPACE, (False, 1)),
        (b"null", (False, 1)),
        (b'"done"', (False, 1)),
    ],
)
def test_an_array_is_many_anything_else_is_one_and_nothing_is_none(
    text: bytes, found: tuple[bool, int], tmp_path: Path
) -> None:
    (tmp_path / "body.json").write_bytes(text)
    assert count_records(tmp_path / "body.json") == found


def test_one_value_that_would_fill_the_memory_is_refused_unread(tmp_path: Path) -> None:
    with (tmp_path / "body.json").open("wb") as file:
        file.write(b"{")
        file.truncate(INFLATED_LIMIT + 1)
    with pytest.raises(Fault) as caught:
        count_records(tmp_path / "body.json")
    assert caught.value.kind is TooLarge


NAMES: dict[str, tuple[Any, tuple[str, ...]]] = {
    "only a name": ({"error": {"name": "NotFoundError", "message": "Customer 7, Kari"}}, ("NotFoundError",)),
    "rules by field": (
        {"error": {"name": "V", "payload": {"validationErrors": [{"path": "a.0.b", "keyword": "type"}]}}},
        ("V", "type a.0.b"),
    ),
    "kinds": ({"error": {"name": "B", "payload": {"errors": [{"type": "NoLines", "message": "x"}]}}}, ("B", "NoLines")),
    "a name that is a sentence": ({"error": {"name": "Kari Nordmann is unknown"}}, ()),
    "a field that is a sentence": (
        {"error": {"name": "V", "payload": {"validationErrors": [{"path": "Kari N", "keyword": "type"}]}}},
        ("V", "type"),
    ),
    "a name that is no text": ({"error": {"name": 7}}, ()),
    "an error that is a text": ({"error": "unauthorized", "error_description": "no"}, ()),
    "no object": ([1], ()),
    "more than anybody reads": (
        {"error": {"name": "V", "payload": {"errors": [{"type": f"T{number}"} for number in range(100)]}}},
        ("V", *(f"T{number}" for number in range(19))),
    ),
}


@pytest.mark.parametrize(("body", "names"), NAMES.values(), ids=NAMES)
def test_an_error_body_gives_names_and_no_values(body: Any, names: tuple[str, ...]) -> None:
    assert error_names(json.dumps(body).encode()) == names


@pytest.mark.parametrize("text", [b"", b"<html>", b"\xff", b'{"error":' * 5_000])
def test_an_error_body_of_another_kind_gives_no_names(text: bytes) -> None:
    assert error_names(text) == ()
