"""What a catalogue row may say. Impossible rows raise at import.

Owns the vocabulary only; the rows live in one table per API beside this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Kind(StrEnum):
    """How an endpoint relates to time."""

    WINDOWED = "windowed"  # rows belong to a day; one partition each day
    REFERENCE = "reference"  # the API only knows today; landed under the day it was fetched


class Paging(StrEnum):
    """Both documented models follow the Link header; they differ in what the server lets us ask for."""

    NONE = "none"
    PAGE = "page"
    TOKEN = "continuation token"  # noqa: S105  a way of paging


class Upper(StrEnum):
    """What the endpoint does with the last day it is given."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    UNKNOWN = "not documented"  # ask one day more, drop that day's rows


@dataclass(frozen=True, slots=True)
class WindowRule:
    """How an endpoint spells a half-open window of days, and which field of a record holds its day."""

    upper: Upper
    from_param: str = "dateFrom"
    to_param: str = "dateTo"
    day_field: str = "date"
    max_days: int | None = None


@dataclass(frozen=True, slots=True)
class Parent:
    """A child is read once for each record of `endpoint`, whose `key_field` fills `{placeholder}` of the path."""

    endpoint: str
    key_field: str
    placeholder: str
    column: str  # the raw column that carries the parent's key


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One landed endpoint: GET `path`, and `items`, the single reads that answer a record of the same list.

    `key` names the fields that identify a record (dotted into nested objects, without the parent's key); `single` marks
    a body that is one object instead of an array. `personal` lists fields that hold personal data.
    """

    name: str
    path: str
    title: str
    group: str
    kind: Kind
    key: tuple[str, ...]
    scopes: tuple[str, ...]
    items: tuple[str, ...] = ()
    paging: Paging = Paging.NONE
    page_size: int | None = None
    page_cap: int | None = None
    window: WindowRule | None = None
    parent: Parent | None = None
    params: tuple[tuple[str, str], ...] = ()
    filters: tuple[str, ...] = ()  # further parameters the endpoint knows; nothing else is ever sent
    personal: tuple[str, ...] = ()
    single: bool = False
    by_fiscal_year: bool = False
    may_be_empty: bool = True
    enabled: bool = True
    note: str = ""
    allowed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        if not NAME.fullmatch(self.name) or not self.path.startswith("/"):
            raise ValueError(f"{self.name!r} {self.path!r}: a name is snake_case and a path starts with a slash")
        if (self.kind is Kind.WINDOWED) != (self.window is not None or self._follows_a_window):
            raise ValueError(f"{self.name}: a windowed endpoint has a window rule or a windowed parent, no other has")
        if self.parent is not None and f"{{{self.parent.placeholder}}}" not in self.path:
            raise ValueError(f"{self.name}: the path lacks {{{self.parent.placeholder}}}")
        if self.page_cap is not None and self.paging is not Paging.PAGE:
            raise ValueError(f"{self.name}: only page numbers have a cap")
        own = {name for name, _ in self.params} | set(self.filters)
        if self.window is not None:
            own |= {self.window.from_param, self.window.to_param}
        if self.page_size is not None:
            own.add("limit")
        own |= {Paging.PAGE: {"page"}, Paging.TOKEN: {"continuationToken"}}.get(self.paging, set())
        object.__setattr__(self, "allowed", frozenset(own))

    @property
    def _follows_a_window(self) -> bool:
        return self.parent is not None and self.kind is Kind.WINDOWED

    @property
    def is_child(self) -> bool:
        """True when one request is made for each record of a parent."""
        return self.parent is not None

    @property
    def operations(self) -> tuple[str, ...]:
        """Every path of the API description that this row stands for."""
        return (self.path, *self.items)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A read that is not landed, and why.

    `name` is what its request template is called; one ending in `.list` answers an array. `filters` are the parameters
    it knows.
    """

    name: str
    reason: str
    title: str
    group: str
    scopes: tuple[str, ...]
    filters: tuple[str, ...] = ()
