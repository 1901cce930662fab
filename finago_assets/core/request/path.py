"""The path of a request: read as it was typed, filled in, and held below the API.

Owns these checks. What a value may be is values.py's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote, urlsplit

from finago_assets.core.catalogue.operation import Operation, Parameter, Type
from finago_assets.core.errors import RequestRefused
from finago_assets.core.http.call import is_plain_path
from finago_assets.core.request.values import check_text, check_value

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_PLACE: Final = re.compile(r"\{([^{}]*)\}")
_PATH_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,62}")
_ADDRESS: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:/*")


def path_of(path: str, base: str) -> str:
    """Return the path with its slash in front, below the API base where it was typed with that or with its beginning.

    Messages show no more of it than needed: it may hold anything. Raises RequestRefused.
    """
    text = check_text("The path", path)
    own = urlsplit(base)
    prefix = own.path.rstrip("/")
    if _ADDRESS.match(text) or text.startswith("//"):
        whole = f"{own.scheme}://{own.netloc}"
        if text[: len(whole)].lower() != whole.lower() or not text[len(whole) :].startswith(f"{prefix}/"):
            raise RequestRefused("The path must be one below the API, such as /accounts; an address is not taken.")
        text = text[len(whole) :]
    if "?" in text or "#" in text:
        raise RequestRefused(
            "The path must end before the question mark; what follows goes into the query: --query NAME=VALUE in a "
            "shell, `query` in the launchpad and in YAML."
        )
    text = text if text.startswith("/") else f"/{text}"
    return text[len(prefix) :] if prefix and text.startswith(f"{prefix}/") else text


def places_in(template: str) -> tuple[Parameter, ...]:
    """Make a parameter of every variable a path names. Raises RequestRefused."""
    names = _PLACE.findall(template)
    odd = "{" in _PLACE.sub("", template) or "}" in _PLACE.sub("", template)
    if odd or len(set(names)) < len(names) or not all(map(_PATH_VARIABLE.fullmatch, names)):
        raise RequestRefused("The path must name each variable once, in braces: /salesorders/{id}/lines.")
    return tuple(Parameter(name, Type.TEXT, "1", required=True) for name in names)


def fill_in(what: str, template: str, places: Iterable[Parameter], variables: Mapping[str, str]) -> str:
    """Put the variables' values in their places, escaped. `what` opens messages. Raises RequestRefused."""
    known = {place.name: place for place in places}
    missing, extra = sorted(set(known) - set(variables)), sorted(set(variables) - set(known), key=str)
    if missing:
        raise RequestRefused(
            f"{what}: the path lacks a value for {', '.join(missing)}: --var {missing[0]}=VALUE in a shell, "
            "`variables` in the launchpad and in YAML."
        )
    if extra:
        raise RequestRefused(f"{what}: the path has no variable {list_names(extra)}.")
    path = template
    for name, place in known.items():
        path = path.replace(f"{{{name}}}", quote(check_value(what, place, variables[name]), safe=""))
    if len(path) > 1 and path.endswith("/") and is_plain_path(path[:-1]):
        raise RequestRefused(f"{what}: the path ends in a slash; leave it out.")
    if not is_plain_path(path):
        raise RequestRefused(
            f"{what}: it is no plain path below the API. Segments of letters, digits and the signs that need no "
            "escaping are taken, none of them '.' or '..'; a value with other signs goes into a variable."
        )
    return path


def refuse_wrong_ids(operation: Operation, path: str) -> None:
    """Hold what stands where the description has a variable against that variable's type."""
    known = {f"{{{one.name}}}": one for one in operation.variables}
    for place, value in zip(operation.path.split("/"), path.split("/"), strict=True):
        if place in known:
            check_value(f"{operation.method} {operation.path} was not sent", known[place], unquote(value))


def list_names(names: Iterable[object]) -> str:
    """Name a few, none at length: they are whatever was typed."""
    return ", ".join(f"{name!r:.60}" for name in list(names)[:5])
