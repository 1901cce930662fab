"""Texts as a person reads them. Owns what stands for signs that print nothing."""

from __future__ import annotations

from typing import Final

# a control sign is shown by its picture; what turns the direction of writing could make a text look like another
_PICTURES: Final = {
    **{code: 0x2400 + code for code in range(0x20) if chr(code) not in "\t\n"},
    0x7F: 0x2421,
    **dict.fromkeys([*range(0x80, 0xA0), *range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFFFE, 0xFFFF], 0xFFFD),
}


def printable_text(text: str, most: int) -> str:
    """Return a text without signs that print nothing, and not longer than `most`; that it was cut is said."""
    shown = text.replace("\r\n", "\n").translate(_PICTURES)
    return shown if len(shown) <= most else f"{shown[: most - 20]} … (cut here)"
