"""Names made to climb out of a folder, to fall upon each other, or to be read differently by whoever comes next.

Owns the words and how they are drawn. What a name is used for is the tests'.
"""

from __future__ import annotations

import string
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random

NASTY: Final = (
    *("", ".", "..", "../x", "/etc", "a/b", "a\\b", "%2e%2e", "\0", "a\0", "~", "*", "a b", "a\n", "é", "\uff0e\uff0e"),
    *("x" * 65, "x" * 5000, "CON", "nul.txt", "date=2024-01-01", "-", "_", "A", "a", "\u202ea", "K", "organization=1"),
    *("%2E%2E%2F", "%252e%252e", "..%5c..", "..;a=b", "..%00", "%2f%2e", "....//", "//elsewhere.test", "file:///etc/x"),
    *("https://elsewhere.test/v1", "@elsewhere.test", "a?b=c", "a#b", "a&b=c", "con", "COM1", "a.", " a", "a ", "%zz"),
    *("e\u0301", "\u212a", "\u2025", "\u2215etc", "\r\nHost: elsewhere.test", "{id}", "{", "%", "1", "2024-01-01"),
    # half a character: no text in UTF-8
    chr(0xD800),
)


def hostile(source: random.Random) -> str:
    """Return one of the words, two of them joined, or any characters at all."""
    drawn = source.random()
    if drawn < 0.4:
        return source.choice(NASTY)
    if drawn < 0.7:
        return "".join(source.choices(NASTY, k=2))
    return "".join(source.choices(string.printable + "æøå\0\u2215", k=source.randint(1, 70)))
