"""Digits that check the others: KID by MOD10 or MOD11, a Norwegian bank account by MOD11.

Owns the arithmetic. A number that fails is named and sent all the same, for other countries count otherwise.
"""

from __future__ import annotations

import re
from typing import Final

_KID: Final = re.compile("[0-9]{1,24}[0-9-]")
_NORWEGIAN: Final = re.compile("[0-9]{11}")


def is_kid(text: str) -> bool:
    """Tell whether a text is a KID: 2 to 25 digits, the last one MOD10 or MOD11, where a dash stands for ten."""
    return _KID.fullmatch(text) is not None and text[-1] in (mod10(text[:-1]), _mod11_digit(text[:-1]))


def is_bank_account(text: str) -> bool:
    """Tell whether a text may be a bank account: one of eleven digits, points or blanks aside, is Norwegian."""
    digits = re.sub("[. ]", "", text)
    return not _NORWEGIAN.fullmatch(digits) or digits[-1] == _mod11_digit(digits[:-1])


def mod10(digits: str) -> str:
    """Return the digit that checks others by MOD10."""
    doubled = (int(digit) * (2 - place % 2) for place, digit in enumerate(reversed(digits)))
    return str(-sum(number // 10 + number % 10 for number in doubled) % 10)


def _mod11_digit(digits: str) -> str:
    check = -sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(digits))) % 11
    return "-" if check == 10 else str(check)
