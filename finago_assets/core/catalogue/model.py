"""What a catalogue row may say. Impossible rows raise at import.

Owns the vocabulary only; the rows live in one table per API beside this file.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from finago_assets.core.catalogue.fields import Record
    from finago_assets.core.http.call import Call

XML_COLUMN = "xml"
PLAIN_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class EndpointKind(StrEnum):
    """How an endpoint relates to time."""

    WINDOWED = "windowed"  # rows belong to a day; one partition each day
    REFERENCE = "reference"  # the API only knows today; landed under the day it was fetched


class Paging(StrEnum):
    """How a list goes on: by the Link header, whatever the server lets us ask for, or by counting records."""

    NONE = "none"
    PAGE = "page"
    TOKEN = "continuation token"  # noqa: S105  a way of paging
    COUNT = "page number and count"  # no links: pages are asked for until as many records came as there are


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
    day_of: Callable[[str], date] | None = None  # reads it where it is spelled in a way of its own; raises ValueError


@dataclass(frozen=True, slots=True)
class PageNumbers:
    """How pages are asked for by number where no link leads to them: the names of the two parameters."""

    page: str
    size: str
    first: int = 1


@dataclass(frozen=True, slots=True)
class Envelope:
    """The object around the records of an answer; a bare array needs none and is read as well.

    The records stand in the field `records`, or in the only field that is a list of objects where that is empty;
    `count` is the field that says how many there are on all pages together. An object with the field `lone`, and
    without the count, is one record that came without its list.
    """

    records: str = ""
    count: str = ""
    lone: str = ""


@dataclass(frozen=True, slots=True)
class Parent:
    """A child is read once for each record of `endpoint`, whose `key_field` fills `{placeholder}` of the path."""

    endpoint: str
    key_field: str
    placeholder: str
    column: str  # the raw column that carries the parent's key


@dataclass(frozen=True, slots=True)
class Pieces:
    """An endpoint that is read in several requests, which follow from the records of the endpoint `of`.

    `words` says to people how many that are. `params` gives the parameters of each request for the records, the first
    and the last day that are wanted; `smallest` those of a request that asks for one day alone.
    """

    of: str
    words: str
    params: Callable[[Iterable[bytes], date, date], list[dict[str, str]]]
    smallest: Callable[[date], dict[str, str]]


@dataclass(frozen=True, slots=True)
class Source:
    """The API that an endpoint is one of: `name` is the first word of its asset key and the folder of its raw data."""

    name: str
    title: str
    version: str  # of the description that the catalogue was made from
    documentation: str

    def __post_init__(self) -> None:
        if not PLAIN_NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r}: a source's name is snake_case")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One landed endpoint: GET `path`, and `items`, the single reads that answer a record of the same list.

    `key` names the fields that identify a record (dotted into nested objects, without the parent's key); `single` marks
    a body that is one object instead of an array. `personal` lists fields that hold personal data. `after` names
    endpoints that are landed first although nothing of theirs is needed to ask. `fields` is what a record is known to
    look like; without them nothing is said of it.

    `ask` makes the call where it is more than a GET with a query: of the parameters that would be the query. At its
    path there may be several things to ask for, so `action` says which. With `keeps_xml` the element that a record was
    made of is kept in a raw column of its own. `changes` are parameters with which the window is one of days on which
    records were changed.
    """

    source: Source
    name: str
    path: str
    title: str
    group: str
    kind: EndpointKind
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
    pieces: Pieces | None = None
    after: tuple[str, ...] = ()
    item_takes_filters: bool = False  # the single read takes what the list takes, else nothing
    fields: Record | None = field(default=None, repr=False, compare=False)
    numbers: PageNumbers | None = None  # of paging by count
    envelope: Envelope | None = None
    make: Callable[[bytes], list[bytes]] | None = None  # makes records of a body that is no JSON; raises ValueError
    ask: Callable[[Mapping[str, str]], Call] | None = None
    action: str = ""
    keeps_xml: bool = False
    changes: tuple[tuple[str, str], ...] = ()
    may_be_empty: bool = True
    is_log: bool = False  # records are added at its end and not changed: it may grow while it is read
    enabled: bool = True
    note: str = ""
    allowed: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        if not PLAIN_NAME.fullmatch(self.name) or not self.path.startswith("/"):
            raise ValueError(f"{self.name!r} {self.path!r}: a name is snake_case and a path starts with a slash")
        if (self.kind is EndpointKind.WINDOWED) != (self.window is not None or self._follows_a_window):
            raise ValueError(f"{self.name}: a windowed endpoint has a window rule or a windowed parent, no other has")
        if self.parent is not None and f"{{{self.parent.placeholder}}}" not in self.path:
            raise ValueError(f"{self.name}: the path lacks {{{self.parent.placeholder}}}")
        if self.page_cap is not None and self.paging is not Paging.PAGE:
            raise ValueError(f"{self.name}: only page numbers have a cap")
        if (self.paging is Paging.COUNT) != (self.numbers is not None):
            raise ValueError(f"{self.name}: pages that are counted have parameters for it, no other have")
        if self.keeps_xml and (self.make is None or self.parent is not None):
            raise ValueError(f"{self.name}: what is kept beside a record is what it was made of, and no child's")
        own = {name for name, _ in self.params} | set(self.filters)
        if self.window is not None:
            own |= {self.window.from_param, self.window.to_param}
        if self.numbers is not None:
            own |= {self.numbers.page, self.numbers.size}
        elif self.page_size is not None:
            own.add("limit")
        own |= {Paging.PAGE: {"page"}, Paging.TOKEN: {"continuationToken"}}.get(self.paging, set())
        object.__setattr__(self, "allowed", frozenset(own))

    @property
    def _follows_a_window(self) -> bool:
        return self.parent is not None and self.kind is EndpointKind.WINDOWED

    @property
    def is_child(self) -> bool:
        """True when one request is made for each record of a parent."""
        return self.parent is not None

    @property
    def request(self) -> str:
        """How messages name what is asked for."""
        return f"GET {self.path}" if self.ask is None else f"POST {self.path} {self.action}"

    @property
    def text_column(self) -> str | None:
        """The raw column that only this endpoint's records have: the parent's key, or what a record was made of."""
        return XML_COLUMN if self.keeps_xml else None if self.parent is None else self.parent.column

    @property
    def full_name(self) -> str:
        """The two words that tell it from an endpoint of the same name elsewhere, as its asset is called."""
        return f"{self.source.name}/{self.name}"

    @property
    def size_param(self) -> str:
        """The parameter that says how many records a page may hold."""
        return "limit" if self.numbers is None else self.numbers.size

    @property
    def read_before(self) -> tuple[str, ...]:
        """The endpoints that are landed before this one, where both are."""
        parent = () if self.parent is None else (self.parent.endpoint,)
        return (*parent, *(() if self.pieces is None else (self.pieces.of,)), *self.after)

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
