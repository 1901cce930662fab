"""The contracts of the SOAP services as facts: paths, namespaces, actions, and the fields of every element and type.

Owns reading the file of facts. Holding a request against it is `reading`'s, laying an answer out is `writing`'s.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

ASMX_FACTS: Final = Path(__file__).parents[1] / "description" / "soap.json"


@dataclass(frozen=True, slots=True)
class AsmxField:
    """A child element: `least` and `most` say how often it comes, None being any number of times."""

    name: str
    type: str
    least: int
    most: int | None
    default: str | None
    nil: bool


AsmxFields = tuple[AsmxField, ...]


@dataclass(frozen=True, slots=True)
class AsmxService:
    """One service: `host` is which of the vendor's two it is on. An enumeration has words, other types have fields."""

    name: str
    host: str
    path: str
    namespace: str
    actions: Mapping[str, str]
    elements: Mapping[str, AsmxFields]
    types: Mapping[str, AsmxFields]
    words: Mapping[str, tuple[str, ...]]

    def item_of(self, type_: str) -> AsmxField | None:
        """Return what an array holds, None for a type that is no array."""
        fields = self.types.get(type_, ())
        return fields[0] if len(fields) == 1 and fields[0].most is None else None

    def operation_of(self, action: str) -> str | None:
        """Return which operation an action names."""
        return next((name for name, one in self.actions.items() if one == action), None)


def read_asmx_services(file: Path = ASMX_FACTS) -> tuple[AsmxService, ...]:
    """Return the services of a file of facts."""
    facts = json.loads(file.read_text("utf-8"))
    return tuple(_read_service(name, said) for name, said in facts["services"].items())


def _read_service(name: str, said: dict[str, Any]) -> AsmxService:
    kinds = said["types"]
    return AsmxService(
        name=name,
        host=said["host"],
        path=said["path"],
        namespace=said["namespace"],
        actions=said["actions"],
        elements={one: _read_fields(rows) for one, rows in said["elements"].items()},
        types={one: _read_fields(kind["fields"]) for one, kind in kinds.items() if "fields" in kind},
        words={one: tuple(kind["words"]) for one, kind in kinds.items() if "words" in kind},
    )


def _read_fields(rows: list[list[Any]]) -> AsmxFields:
    return tuple(AsmxField(*row) for row in rows)
