"""Typed models in place of a contract's dicts: a dataclass whose fields are the contract's names in snake case.

Owns the two conversions and the values that may be sent. Which models there are is an API's own.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import fields, is_dataclass
from decimal import Decimal
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar, get_args, get_origin, get_type_hints

from finago_assets.core.errors import RequestRefused
from finago_assets.core.soap.contract import repeated_in

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

Model = TypeVar("Model")
# what XML 1.0 can hold
_ILLEGAL: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NAME_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+")
_WHOLE: Final = frozenset({"int", "short", "long", "unsignedByte"})


@cache
def attribute_of(name: str) -> str:
    """Return what a model calls an element: `TransactionNo` is `transaction_no`, and `OCR` is `ocr`."""
    return "_".join(_NAME_PART.findall(name)).lower()


def to_wire(model: Any, type_: Any, what: str = "") -> dict[str, object]:  # noqa: ANN401  zeep has no types
    """Return a model as the values of its contract's type; None and an empty array are left out.

    Raises RequestRefused for a value that would be changed on the way: a float, a flag for a number, a moment for a
    day, a sign that XML cannot hold.
    """
    what = what or type(model).__name__
    found: dict[str, object] = {}
    for name, member in type_.elements:
        value = getattr(model, attribute_of(name))
        repeated = repeated_in(member.type)
        if repeated is not None:
            values = [_sent(one, repeated.type, f"{what}.{name}") for one in value or ()]
            found |= {name: {repeated.name: values}} if values else {}
        elif member.accepts_multiple:
            found[name] = [_sent(one, member.type, f"{what}.{name}") for one in value]
        elif value is not None:
            found[name] = _sent(value, member.type, f"{what}.{name}")
    return found


def _sent(value: Any, type_: Any, what: str) -> object:  # noqa: ANN401
    if is_dataclass(value):
        return to_wire(value, type_, what)
    name = type_.qname.localname
    kind = "whole" if name in _WHOLE else name
    made = _SENDABLE.get(kind, _text)(value)
    if made is None:
        takes = _SENT_AS.get(kind, "a text that XML can hold")
        raise RequestRefused(f"{what} was not sent: it takes {takes}, and was given another {type(value).__name__}.")
    return made


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and not _ILLEGAL.search(value) else None


def _amount(value: object) -> Decimal | None:
    if type(value) is int:
        return Decimal(value)
    return value if isinstance(value, Decimal) and value.is_finite() else None


def _midnight(value: object) -> dt.datetime | None:
    """A day is sent as its local midnight without an offset, so that no conversion can move it."""
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is None else None
    return dt.datetime.combine(value, dt.time()) if isinstance(value, dt.date) else None


_SENDABLE: Final[Mapping[str, Callable[[Any], object]]] = {
    "whole": lambda value: value if type(value) is int else None,
    "boolean": lambda value: value if type(value) is bool else None,
    "decimal": _amount,
    "dateTime": _midnight,
}
_SENT_AS: Final = {
    "whole": "a whole number",
    "boolean": "true or false",
    "decimal": "an exact decimal",
    "dateTime": "a day, or a moment without an offset",
}


def from_wire(kind: type[Model], values: Mapping[str, Any], day_of: Callable[[dt.datetime], dt.date]) -> Model:
    """Make a model of what `Contract.read` returned. A moment becomes a day by `day_of` where the model has a day.

    Raises ValueError where something is missing that the model cannot be without.
    """
    named = {attribute_of(name): value for name, value in values.items()}
    hints = _hints(kind)  # type: ignore[arg-type]
    made = {name: _received(hint, named.get(name), day_of) for name, hint in hints.items()}
    missing = [name for name, hint in hints.items() if made[name] is None and type(None) not in get_args(hint)]
    if missing:
        raise ValueError(f"{kind.__name__} without {', '.join(missing)}")
    return kind(**made)


@lru_cache
def _hints(kind: Hashable) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}  # type: ignore[arg-type]


def _received(hint: Any, value: Any, day_of: Callable[[dt.datetime], dt.date]) -> Any:  # noqa: ANN401
    if get_origin(hint) is tuple:
        item = get_args(hint)[0]
        return tuple(_received(item, one, day_of) for one in value or () if one is not None)
    wanted = next((one for one in get_args(hint) if one is not type(None)), hint)
    if is_dataclass(wanted) and isinstance(wanted, type):
        return None if value is None else from_wire(wanted, value, day_of)
    return day_of(value) if wanted is dt.date and isinstance(value, dt.datetime) else value
