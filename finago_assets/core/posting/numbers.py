"""Numbers written as text: a comma or a point may be the decimal mark, and a table has one of the two.

Owns telling them apart. What looks like thousands in one country and decimals in another is refused, never guessed.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

_PLAIN: Final = re.compile(r"-?[0-9]{1,30}")
_WITH_DECIMALS: Final = re.compile(r"-?([0-9]{1,30})([.,])([0-9]{1,30})")
_EXPONENT: Final = re.compile(r"[-+]?[0-9]+([.,][0-9]+)?[eE][-+]?[0-9]+")
_GROUPED: Final = re.compile(r"-?[0-9]{1,3}(?:[.,'\u2019\s\u00a0\u202f][0-9]{3})+(?:[.,][0-9]+)?")


class CellRefused(Exception):
    """What a cell holds cannot be taken; `rule` says why, `detail` says it for this cell."""

    def __init__(self, rule: str, detail: str = "") -> None:
        super().__init__(rule)
        self.rule = rule
        self.detail = detail


def find_decimal_mark(texts: Iterable[str]) -> str | None:
    """Return the first mark that can only be a decimal one; None where every number leaves it open."""
    matches = (_WITH_DECIMALS.fullmatch(text) for text in texts)
    return next((found[2] for found in matches if found and not _may_be_thousands(found)), None)


def read_number(text: str, mark: str | None) -> Decimal:
    """Return the number. `mark` is the table's decimal mark, None where none is certain. Raises CellRefused."""
    if _PLAIN.fullmatch(text):
        return Decimal(text)
    if found := _WITH_DECIMALS.fullmatch(text):
        if found[2] != mark and (mark is not None or _may_be_thousands(found)):
            raise CellRefused("ambiguous-number")
        return Decimal(text.replace(",", "."))
    if _EXPONENT.fullmatch(text):
        raise CellRefused("exponent")
    if _GROUPED.fullmatch(text):
        raise CellRefused("thousands-separator")
    raise CellRefused("not-a-number")


def _may_be_thousands(found: re.Match[str]) -> bool:
    before, _, after = found.groups()
    return len(after) == 3 and len(before) <= 3 and not before.startswith("0")
