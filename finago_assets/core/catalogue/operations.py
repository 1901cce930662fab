"""All operations of the API by the name of their template, and the ways to find one.

Owns how a read becomes an operation, and looking up. What the reads are is said by the endpoint catalogue, what the
writes are by `writes.py`.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.finago import ENDPOINTS, LEFT_OUT
from finago_assets.core.catalogue.operation import Answers, Method, Operation
from finago_assets.core.catalogue.parameters import parameter, variable
from finago_assets.core.catalogue.writes import WRITES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from finago_assets.core.catalogue.model import Endpoint, LeftOut
    from finago_assets.core.catalogue.operation import Parameter

_ASKED_LIKE_THE_LIST: Final = frozenset({"accountbalances", "bankaccounts", "organization_people"})
"""Endpoints whose single read takes what the list takes; that of no other takes anything."""


def _variables(path: str) -> tuple[Parameter, ...]:
    return tuple(variable(path, name) for name in re.findall(r"\{(\w+)\}", path))


def _query(path: str, names: Iterable[str]) -> tuple[Parameter, ...]:
    known = [parameter(path, name) for name in sorted(names)]
    return tuple(sorted(known, key=lambda one: not one.required))


def _list(endpoint: Endpoint) -> Operation:
    return Operation(
        name=f"{endpoint.name}.{'get' if endpoint.single else 'list'}",
        method=Method.GET,
        path=endpoint.path,
        # for a child it goes on to say how often the list is asked for when it is landed
        title=endpoint.title.partition(":")[0] if endpoint.is_child else endpoint.title,
        group=endpoint.group,
        scopes=endpoint.scopes,
        answers=Answers.OBJECT if endpoint.single else Answers.LIST,
        variables=_variables(endpoint.path),
        query=_query(endpoint.path, endpoint.allowed),
        params=endpoint.params,
        paging=endpoint.paging,
        page_size=endpoint.page_size,
        page_cap=endpoint.page_cap,
        endpoint=endpoint.name,
        # how the years are landed one by one says nothing of a request
        note="" if endpoint.by_fiscal_year else endpoint.note,
    )


def _item(endpoint: Endpoint, path: str) -> Operation:
    asked = endpoint.name in _ASKED_LIKE_THE_LIST
    variables = _variables(path)
    return Operation(
        name=f"{endpoint.name}.get",
        method=Method.GET,
        path=path,
        title=f"One record of {endpoint.name}.list",
        group=endpoint.group,
        scopes=endpoint.scopes,
        # the balances of one account are an array too
        answers=Answers.LIST if endpoint.by_fiscal_year else Answers.OBJECT,
        variables=variables,
        query=_query(path, endpoint.allowed) if asked else (),
        params=endpoint.params if asked else (),
        endpoint=endpoint.name,
    )


def _left_out(path: str, row: LeftOut) -> Operation:
    return Operation(
        name=row.name,
        method=Method.GET,
        path=path,
        title=row.title,
        group=row.group,
        scopes=row.scopes,
        answers=Answers.LIST if row.name.endswith(".list") else Answers.OBJECT,
        variables=_variables(path),
        query=_query(path, row.filters),
        note=f"Not landed: {row.reason}.",
    )


def _all() -> Iterator[Operation]:
    for endpoint in ENDPOINTS.values():
        yield _list(endpoint)
        yield from (_item(endpoint, path) for path in endpoint.items)
    yield from (_left_out(path, row) for path, row in LEFT_OUT.items())
    yield from WRITES


OPERATIONS: Final[dict[str, Operation]] = {operation.name: operation for operation in _all()}
"""Every operation by name: reads in the order of the catalogue, then writes."""


def find(method: Method, path: str) -> Operation | None:
    """Return the operation behind a path, which may be filled in or a template; None when the API has none there."""
    return next((one for one in OPERATIONS.values() if one.method == method and _fits(one.path, path)), None)


def methods_of(path: str) -> tuple[Method, ...]:
    """Return the methods that a path answers to; none when the API does not have it."""
    return tuple(method for method in Method if find(method, path) is not None)


def _fits(template: str, path: str) -> bool:
    ours, theirs = template.split("/"), path.split("/")
    return len(ours) == len(theirs) and all(
        bool(given) if wanted.startswith("{") else given == wanted for wanted, given in zip(ours, theirs, strict=True)
    )


def search(words: Iterable[str]) -> list[Operation]:
    """Return the operations that all the words are said of, in name, method, path, title, group, scope or parameter."""
    wanted = [word.casefold() for word in words]
    found = [one for one in OPERATIONS.values() if all(word in _said_of(one) for word in wanted)]
    return sorted(found, key=lambda one: not all(word in one.name for word in wanted))


def _said_of(operation: Operation) -> str:
    parameters = [one.name for one in (*operation.variables, *operation.query)]
    words = [operation.name, operation.method, operation.path, operation.title, operation.group]
    return " ".join([*words, *operation.scopes, *parameters]).casefold()


def nearest(name: str) -> list[str]:
    """Return the names of templates that look like `name`, the most alike first."""
    return difflib.get_close_matches(name, OPERATIONS, n=3, cutoff=0.5)
