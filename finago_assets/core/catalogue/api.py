"""One API as a value: what it is called, what can be asked of it, and the ways to find an operation.

Owns the looking up. The tables behind it belong to a folder of that API; who asks and how is `core/http`'s.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from finago_assets.core.catalogue.operation import Method

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from finago_assets.core.catalogue.model import Endpoint, Source
    from finago_assets.core.catalogue.operation import Operation


@dataclass(frozen=True, slots=True, eq=False)
class Api:
    """Everything that the engine is told of one API; two may have endpoints and operations of the same name.

    `endpoints` are what can be landed, parents before their children, `operations` all that can be sent, each by name.
    `address` is where the vendor serves it. `read_as`: what is written under one word and read under another.
    """

    source: Source
    address: str
    endpoints: Mapping[str, Endpoint] = field(repr=False)
    operations: Mapping[str, Operation] = field(repr=False)
    read_as: Mapping[str, str] = field(default_factory=dict, repr=False)

    def find(self, method: Method, path: str) -> Operation | None:
        """Return the operation behind a path, filled in or a template; None when the API has none there."""
        known = self.operations.values()
        return next((one for one in known if one.method == method and _fits(one.path, path)), None)

    def methods_of(self, path: str) -> tuple[Method, ...]:
        """Return the methods that a path answers to; none when the API does not have it."""
        return tuple(method for method in Method if self.find(method, path) is not None)

    def search(self, words: Iterable[str]) -> list[Operation]:
        """Return the operations that have all the words in name, method, path, title, group, scope or parameter."""
        wanted = [word.casefold() for word in words]
        found = [one for one in self.operations.values() if all(word in _text_of(one) for word in wanted)]
        return sorted(found, key=lambda one: not all(word in one.name for word in wanted))

    def nearest(self, name: str) -> list[str]:
        """Return the names of templates that look like `name`, the most alike first."""
        return difflib.get_close_matches(name, self.operations, n=3, cutoff=0.5)

    def nearest_path(self, path: str) -> str | None:
        """Return the path, as a template, that looks like `path` in whatever letters; None where none does."""
        known = {_outline(one.path): one.path for one in self.operations.values()}
        near = difflib.get_close_matches(_outline(path), known, n=1, cutoff=0.8)
        return known[near[0]] if near else None


def _outline(path: str) -> str:
    """Return a path in small letters with the places of ids alike, filled in or not."""
    segments = path.lower().strip("/").split("/")
    return "/".join("{}" if one.isdigit() or one.startswith("{") else one for one in segments)


def _fits(template: str, path: str) -> bool:
    ours, theirs = template.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(
        bool(given) if wanted.startswith("{") else given == wanted for wanted, given in zip(ours, theirs, strict=True)
    )


def _text_of(operation: Operation) -> str:
    parameters = [one.name for one in (*operation.variables, *operation.query)]
    words = [operation.name, operation.method, operation.path, operation.title, operation.group]
    return " ".join([*words, *operation.scopes, *parameters]).casefold()
