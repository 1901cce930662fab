"""The shapes of the Halo API's records: each field with its type and, where it matters, what kind of field it is.

Owns reading `facts.json`, which `python -m scripts.halo_facts` makes from the vendor's description. What a kind of
field means for landing is `redaction.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping


class Class(StrEnum):
    """What kind of field it is; most of the shapes that hold no connection are told apart no further."""

    IDENTIFIER = "identifier"
    SECRET = "credential-secret"  # noqa: S105  a word
    OAUTH = "oauth state"
    MAPPING = "mapping"
    SYNC = "sync setting"
    UI = "ui setting"
    ACTION = "action flag"
    DIAGNOSTIC = "diagnostic"
    UNTOLD = ""


@dataclass(frozen=True, slots=True)
class Described:
    """A field: `type` is text, integer, number, flag, moment, or the name of a shape; `many` of them where it lists.

    Of the providers that have been looked at field by field: `stored` says that a connection keeps it, `label` that it
    only names another field's value, `masked` that reports show its end alone, `never_sent` that no change holds it
    unless it is meant, `high_risk` that it decides which company is written to or what is booked there.
    """

    type: str
    kind: Class
    many: bool
    stored: bool = False
    label: bool = False
    masked: bool = False
    never_sent: bool = False
    high_risk: bool = False


_FIELD_MARKS: Final = {"stored": "s", "label": "l", "masked": "m", "never_sent": "n", "high_risk": "h"}


class _Facts(msgspec.Struct):
    version: str
    shapes: dict[str, dict[str, list[str]]]


def _described(type_: str, kind: str = "", marks: str = "") -> Described:
    marked = {name: letter in marks for name, letter in _FIELD_MARKS.items()}
    return Described(type_.strip("[]"), Class(kind), many=type_.startswith("["), **marked)


_READ: Final = msgspec.json.decode(Path(__file__).with_name("facts.json").read_bytes(), type=_Facts)
DESCRIBED_VERSION: Final = _READ.version
SHAPES: Final[Mapping[str, Mapping[str, Described]]] = {
    shape: {name: _described(*words) for name, words in fields.items()} for shape, fields in _READ.shapes.items()
}
