"""A secret is heard however it is spelled and wherever a stream is cut, and nothing else is taken for one."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from finago_assets.core.http.secret import Secret
from finago_assets.core.http.secret_scanner import SecretScanner

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = 'ab/+cd.Qz7LongStretchOfLetters9"\\x'

SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "plain": lambda text: text.encode(),
    "in JSON": lambda text: json.dumps({"heard": text}).encode(),
    "in HTML": lambda text: html.escape(text).encode(),
    "in an address": lambda text: quote(text, safe="").encode(),
    "in base64": lambda text: base64.b64encode(text.encode()),
    "in base64 behind one more letter": lambda text: base64.b64encode(f"x{text}".encode()),
    "in base64 behind two more letters": lambda text: base64.b64encode(f"xy{text}yx".encode()),
}


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("piece", [1, 3, 17, 4096])
def test_a_secret_is_heard_in_any_spelling_and_in_pieces_of_any_size(
    spelled: Callable[[str], bytes], piece: int
) -> None:
    scanner, data = SecretScanner(Secret("anotherSecret"), Secret(TOKEN)), b"[" * 50 + spelled(TOKEN) + b"]" * 50
    assert SecretScanner(Secret(TOKEN)).in_text(data)
    pieces = [data[at : at + piece] for at in range(0, len(data), piece)]
    assert [part for part in pieces if scanner.in_next(part)]


def test_what_is_no_secret_is_not_heard() -> None:
    scanner = SecretScanner(Secret(TOKEN), Secret("short"), Secret(""))
    data = json.dumps([{"name": "Qz7LongStretch", "other": "ab/+cd", "say": "shor"}] * 100).encode()
    assert not scanner.in_text(data)
    assert not [at for at in range(0, len(data), 7) if scanner.in_next(data[at : at + 7])]
    assert not SecretScanner().in_text(data)
    assert not SecretScanner().in_next(data)


def test_a_short_secret_is_looked_for_whole() -> None:
    assert SecretScanner(Secret("a-b-c")).in_text(b"x a-b-c y")
    assert not SecretScanner(Secret("a-b-c")).in_text(b"a b c a-b")


def test_an_echo_does_not_show_what_it_listens_for() -> None:
    assert "Stretch" not in repr(SecretScanner(Secret(TOKEN)))
