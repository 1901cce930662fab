"""What one operation of the API takes and gives: the vocabulary of request templates and of the sandbox's writes.

Owns the shapes only. Reads are derived from the endpoint catalogue, writes have a table of their own, both beside this
file. Impossible rows raise at import.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from finago_assets.core.catalogue.model import Paging

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.model import Endpoint


class Method(StrEnum):
    """The HTTP methods that the API description knows."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"

    @property
    def writes(self) -> bool:
        """True for every method that may change the books."""
        return self is not Method.GET


class Type(StrEnum):
    """How the text of a parameter is read."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    FLAG = "true or false"
    DAY = "day"  # YYYY-MM-DD
    MOMENT = "moment"  # YYYY-MM-DDThh:mm:ss, with or without a zone
    LIST = "comma-separated list"


class Answers(StrEnum):
    """What the body of a success is."""

    LIST = "list"
    OBJECT = "object"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Parameter:
    """One variable of a path or one query parameter, by the vendor's name; `example` is text as it would be typed."""

    name: str
    type: Type
    example: str
    required: bool = False
    choices: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class RequestBody:
    """What a write sends: a JSON Schema of our own wording (none for a file) and an example that satisfies it."""

    schema: Mapping[str, object] | None
    example: object
    required: bool = True
    media_types: tuple[str, ...] = ("application/json",)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path. `name` is what a template is called: `accounts.list`, `customers.update`.

    `endpoint` is the catalogue row a read belongs to, whose fixed parameters (`params`) a template sends unless told
    otherwise. `page_cap` counts pages, `page_size` records.
    """

    name: str
    method: Method
    path: str
    title: str
    group: str
    scopes: tuple[str, ...]
    answers: Answers
    variables: tuple[Parameter, ...] = ()
    query: tuple[Parameter, ...] = ()
    body: RequestBody | None = None
    params: tuple[tuple[str, str], ...] = ()
    paging: Paging = Paging.NONE
    page_size: int | None = None
    page_cap: int | None = None
    endpoint: Endpoint | None = None
    note: str = ""
    allowed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        missing = [one.name for one in self.variables if f"{{{one.name}}}" not in self.path]
        if missing or self.path.count("{") != len(self.variables):
            raise ValueError(f"{self.name}: the variables are not those of {self.path}")
        if self.body is not None and not self.method.writes:
            raise ValueError(f"{self.name}: a read sends no body")
        object.__setattr__(self, "allowed", frozenset(one.name for one in self.query))
