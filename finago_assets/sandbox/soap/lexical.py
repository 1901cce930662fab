"""Values as XML Schema spells them, read as strictly as the vendor's platform reads them: a decimal has no exponent.

Owns the simple types. An enumeration is text here; whether its word is known is asked elsewhere.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

INTEGERS: Final = {
    "unsignedByte": (0, 255),
    "short": (-(2**15), 2**15 - 1),
    "int": (-(2**31), 2**31 - 1),
    "long": (-(2**63), 2**63 - 1),
}
# what stands for nothing: the smallest value of a type
XML_SENTINELS: Final = frozenset(
    {
        "-32768",
        "-2147483648",
        "-9223372036854775808",
        "-79228162514264337593543950335",
        "0001-01-01T00:00:00",
        "0001-01-01",
        "00000000-0000-0000-0000-000000000000",
    }
)
NO_GUID: Final = "00000000-0000-0000-0000-000000000000"
NO_MOMENT: Final = datetime(1, 1, 1)  # noqa: DTZ001  local, as the contract has it
SIMPLE: Final = frozenset({*INTEGERS, "boolean", "date", "dateTime", "decimal", "guid", "string", "anyType"})

_XML_WHOLE: Final = re.compile(r"[+-]?\d+")
_XML_BOOLEAN: Final = re.compile("true|false|1|0")
_XML_DECIMAL: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)")
_XML_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?")
_XML_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_UNWRITABLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_lexical(type_: str, text: str) -> object:
    """Return the value that a text spells. Raises ValueError when it spells none of that type."""
    if type_ in ("string", "anyType") or type_ not in SIMPLE:
        return text
    text = text.strip(" \t\r\n")
    return _LEXICAL_READERS[type_](text) if type_ in _LEXICAL_READERS else _read_integer(type_, text)


def _read_integer(type_: str, text: str) -> int:
    value, (least, most) = int(_whole_match(_XML_WHOLE, text)), INTEGERS[type_]
    if not least <= value <= most:
        raise ValueError(text)
    return value


def _whole_match(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(text)
    return text


_LEXICAL_READERS: Final[dict[str, Callable[[str], object]]] = {
    "boolean": lambda text: _whole_match(_XML_BOOLEAN, text) in ("true", "1"),
    "decimal": lambda text: Decimal(_whole_match(_XML_DECIMAL, text)),
    "dateTime": lambda text: datetime.fromisoformat(_whole_match(_XML_MOMENT, text)),
    "date": date.fromisoformat,
    "guid": lambda text: _whole_match(_XML_GUID, text).lower(),
}


def spell_value(value: object) -> str:
    """Return how a value is written: a moment of UTC with Z, one of no zone without, a decimal with its own digits."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime():
            text = value.replace(tzinfo=None).isoformat()
            return f"{text}Z" if value.tzinfo is UTC else text
        case date():
            return value.isoformat()
        case _:
            return _UNWRITABLE.sub("", str(value))
