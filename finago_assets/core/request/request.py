"""A request of the user's own, from a template or by hand, checked as far as that is possible before it is sent.

Owns the checks of names, variables, parameters and paths. Values are values.py's, bodies body.py's; sends nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.catalogue.operation import Answers, Method, Operation, Parameter, Type
from finago_assets.core.catalogue.operations import OPERATIONS, find, methods_of, nearest
from finago_assets.core.errors import RequestRefused
from finago_assets.core.http.call import is_plain_path
from finago_assets.core.http.paging import query_of
from finago_assets.core.request.body import checked_body
from finago_assets.core.request.values import checked_text, checked_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

# servers and proxies cut longer addresses off, or refuse them in words of their own
LONGEST_ADDRESS: Final = 8_000
BY_HAND: Final = "by hand"
_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/*")


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent: `path` is filled in and percent-encoded, `query` decoded, `body` the bytes as given.

    Made by `from_template` or `by_hand`, which have checked it.
    """

    operation: Operation = field(repr=False)
    path: str
    query: Mapping[str, str] = field(repr=False)
    body: bytes | None = field(default=None, repr=False)
    media_type: str | None = None
    all_pages: bool = False

    @property
    def what(self) -> str:
        """How messages name it: the method and the path template."""
        return f"{self.operation.method} {self.operation.path}"


def from_template(
    name: str,
    *,
    variables: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
    all_pages: bool = False,
) -> Request:
    """Fill in a template. What the endpoint's row fixes is sent unless `query` says otherwise. Raises RequestRefused.

    A body is held against the template's schema.
    """
    operation = OPERATIONS.get(name)
    if operation is None:
        alike = nearest(checked_text("The template's name", name))
        hint = f"did you mean {' or '.join(alike)}?" if alike else "`finago-assets templates` lists them."
        raise RequestRefused(f"There is no template of the name {name!r:.100}; {hint}")
    given = {**dict(operation.params), **(query or {})}
    return _checked(operation, operation.path, variables or {}, given, body, all_pages=all_pages, by_schema=True)


def by_hand(  # noqa: PLR0913  what a request consists of
    method: str,
    path: str,
    *,
    variables: Mapping[str, str] | None = None,
    query: Mapping[str, str] | None = None,
    body: bytes | None = None,
    all_pages: bool = False,
) -> Request:
    """Make a request of a method and a path below the API base, which may hold `{variables}`. Raises RequestRefused.

    Where the API description knows the path, it is held against that; where it does not, it is sent as written. A body
    need only be JSON.
    """
    wanted = _method(method)
    template = _path(path)
    filled = _filled(f"{wanted} {template:.200}", template, _places(template), variables or {})
    operation = find(wanted, filled) or _unknown(wanted, template, filled, query or {}, has_body=body is not None)
    if operation.name != BY_HAND:
        _refuse_wrong_ids(operation, filled)
        template, variables = filled, {}
    return _checked(operation, template, variables or {}, query or {}, body, all_pages=all_pages, by_schema=False)


def _checked(  # noqa: PLR0913  see by_hand
    operation: Operation,
    template: str,
    variables: Mapping[str, str],
    query: Mapping[str, str],
    body: bytes | None,
    *,
    all_pages: bool,
    by_schema: bool,
) -> Request:
    what = f"{operation.method} {operation.path} was not sent"
    if all_pages:
        query = {**_page_size(what, operation), **query}
    path = _filled(what, template, operation.variables if "{" in template else (), variables)
    _check_query(what, operation, query)
    if len(path) + len(query_of(query)) > LONGEST_ADDRESS:
        raise RequestRefused(f"{what}: path and query are longer than {LONGEST_ADDRESS:,} characters together.")
    media_type = _media_type(what, operation, body, by_schema=by_schema)
    return Request(operation, path, dict(query), body, media_type, all_pages)


def _method(method: str) -> Method:
    try:
        return Method(method.upper())
    except (ValueError, AttributeError):
        raise RequestRefused(f"The method must be one of {', '.join(Method)}.") from None


def _path(path: str) -> str:
    """Return the path with its slash in front. Messages show no more of it than needed: it may hold anything."""
    text = checked_text("The path", path)
    if _ADDRESS.match(text) or text.startswith("//"):
        raise RequestRefused("The path must be one below the API, such as /accounts; an address is not taken.")
    if "?" in text or "#" in text:
        raise RequestRefused("The path must end before the question mark; put the rest into the query.")
    return text if text.startswith("/") else f"/{text}"


def _places(template: str) -> tuple[Parameter, ...]:
    names = _PLACE.findall(template)
    odd = "{" in _PLACE.sub("", template) or "}" in _PLACE.sub("", template)
    if odd or len(set(names)) < len(names) or not all(map(_NAME.fullmatch, names)):
        raise RequestRefused("The path must name each variable once, in braces: /salesorders/{id}/lines.")
    return tuple(Parameter(name, Type.TEXT, "1", required=True) for name in names)


def _filled(what: str, template: str, places: Iterable[Parameter], variables: Mapping[str, str]) -> str:
    known = {place.name: place for place in places}
    missing, extra = sorted(set(known) - set(variables)), sorted(set(variables) - set(known), key=str)
    if missing:
        raise RequestRefused(f"{what}: the path lacks a value for {', '.join(missing)}.")
    if extra:
        raise RequestRefused(f"{what}: the path has no variable {_listed(extra)}.")
    path = template
    for name, place in known.items():
        path = path.replace(f"{{{name}}}", quote(checked_value(what, place, variables[name]), safe=""))
    if not is_plain_path(path):
        raise RequestRefused(
            f"{what}: it is no plain path below the API. Segments of letters, digits and the signs that need no "
            "escaping are taken, none of them '.' or '..'; a value with other signs goes into a variable."
        )
    return path


def _refuse_wrong_ids(operation: Operation, path: str) -> None:
    """Hold what stands where the description has a variable against that variable's type."""
    known = {f"{{{one.name}}}": one for one in operation.variables}
    for place, value in zip(operation.path.split("/"), path.split("/"), strict=True):
        if place in known:
            checked_value(f"{operation.method} {operation.path} was not sent", known[place], unquote(value))


def _unknown(method: Method, template: str, filled: str, query: Mapping[str, str], *, has_body: bool) -> Operation:
    """Make an operation for a path that the description does not have; next links are followed wherever they come."""
    allowed = methods_of(filled)
    if allowed:
        raise RequestRefused(f"{method} {template:.200} was not sent: the path takes {', '.join(allowed)}.")
    if has_body and not method.writes:
        raise RequestRefused(f"{method} {template:.200} was not sent: a read sends no body.")
    return Operation(
        name=BY_HAND,
        method=method,
        path=template,
        title="A path that the API description does not have",
        group="",
        scopes=(),
        answers=Answers.LIST,
        variables=_places(template),
        query=tuple(Parameter(str(name), Type.TEXT, "1") for name in query),
        paging=Paging.NONE if method.writes else Paging.TOKEN,
    )


def _page_size(what: str, operation: Operation) -> dict[str, str]:
    if operation.method.writes:
        raise RequestRefused(f"{what}: a write has no pages; leave all pages out.")
    if operation.answers is not Answers.LIST:
        raise RequestRefused(f"{what}: it answers one object, which has no pages; leave all pages out.")
    return {} if operation.page_size is None else {"limit": f"{operation.page_size}"}


def _check_query(what: str, operation: Operation, query: Mapping[str, str]) -> None:
    known = {one.name: one for one in operation.query}
    if strange := sorted(set(query) - set(known), key=str):
        alike = get_close_matches(str(strange[0]), known, n=1)
        hint = f"did you mean {alike[0]}?" if alike else f"it takes {', '.join(known) or 'none'}."
        raise RequestRefused(f"{what}: the endpoint has no parameter {_listed(strange)}; {hint}")
    if missing := [one.name for one in operation.query if one.required and one.name not in query]:
        raise RequestRefused(f"{what}: it needs the parameter {', '.join(missing)}.")
    for name, value in query.items():
        checked_text(f"{what}: a parameter's name", name)
        checked_value(what, known[name], value)


def _media_type(what: str, operation: Operation, body: bytes | None, *, by_schema: bool) -> str | None:
    known = operation.body
    if body is None:
        if known is not None and known.required:
            raise RequestRefused(f"{what}: it needs a body.")
        return None
    if known is None and operation.name != BY_HAND:
        raise RequestRefused(f"{what}: it takes no body.")
    return checked_body(what, body, known, by_schema=by_schema)


def _listed(names: Iterable[object]) -> str:
    """Name a few, none at length: they are whatever was typed."""
    return ", ".join(f"{name!r:.60}" for name in list(names)[:5])
