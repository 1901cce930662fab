"""The text of a path variable or query parameter, held against the type that the API description gives it.

Owns the rules for values. A message names the parameter and what it takes, never what it was given.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.operation import Type
from finago_assets.core.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.catalogue.operation import Parameter

LONGEST_VALUE: Final = 2_000
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INTEGER: Final = re.compile(r"-?[0-9]{1,18}")
_NUMBER: Final = re.compile(r"-?[0-9]{1,28}(?:\.[0-9]{1,10})?")


def check_value(what: str, parameter: Parameter, value: object) -> str:
    """Give the value back if the parameter takes it. `what` opens the message. Raises RequestRefused."""
    text = check_text(f"{what}: {parameter.name}", value)
    items = text.split(",") if parameter.type is Type.LIST else [text]
    if parameter.choices and not set(items) <= set(parameter.choices):
        raise RequestRefused(f"{what}: {parameter.name} takes one of {', '.join(parameter.choices)}.")
    if not _FITS[parameter.type](text):
        raise RequestRefused(f"{what}: {parameter.name} takes {_TAKES[parameter.type]}, such as {parameter.example}.")
    return text


def check_text(what: str, value: object) -> str:
    """Give the value back if it is text that may stand in a request at all. Raises RequestRefused."""
    if not isinstance(value, str):
        raise RequestRefused(f"{what} is no text; put it in quotes.")
    if not value or len(value) > LONGEST_VALUE:
        raise RequestRefused(f"{what} must be 1 to {LONGEST_VALUE:,} characters.")
    if _CONTROL.search(value):
        raise RequestRefused(f"{what} holds a character that cannot be seen; type it again.")
    return value


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _is_day(text[:10]) and text[10:11] == "T"


_FITS: Final[dict[Type, Callable[[str], bool]]] = {
    Type.TEXT: bool,
    Type.INTEGER: lambda text: _INTEGER.fullmatch(text) is not None,
    Type.NUMBER: lambda text: _NUMBER.fullmatch(text) is not None,
    Type.FLAG: lambda text: text in {"true", "false"},
    Type.DAY: _is_day,
    Type.MOMENT: _is_moment,
    Type.LIST: lambda text: all(item.strip() for item in text.split(",")),
}
_TAKES: Final = {
    Type.TEXT: "a text",
    Type.INTEGER: "a whole number",
    Type.NUMBER: "a number",
    Type.FLAG: "true or false",
    Type.DAY: "a day as YYYY-MM-DD",
    Type.MOMENT: "a moment as YYYY-MM-DDThh:mm:ss",
    Type.LIST: "a list parted by commas",
}
