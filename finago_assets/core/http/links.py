"""The Link header of RFC 8288, read strictly: what cannot be read is an error, never the end of the data.

Owns the grammar. Where a link may lead is `origin.py`'s business.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import Malformed
from finago_assets.core.http.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SPACE: Final = re.compile(r"[ \t]*")
SEPARATORS: Final = re.compile(r"[ \t,]*")
TARGET: Final = re.compile(r"<([^<>]+)>")
PARAMETER_NAME: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
QUOTED: Final = re.compile(r'"((?:[^"\\\r\n]|\\.)*)"')
# RFC 8288 asks for a token; unquoted addresses as relations are common enough to read
BARE: Final = re.compile(r"[^\s;,\"<>]+")
ESCAPE: Final = re.compile(r"\\(.)")
HEADER_LIMIT: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Link:
    """One link-value: its target as written, and its parameters, the first of each name, names in lower case."""

    target: str
    params: dict[str, str]

    @property
    def relations(self) -> frozenset[str]:
        return frozenset(self.params.get("rel", "").lower().split())


def next_target(headers: Sequence[str]) -> str | None:
    """Find the one `next` link; None when there is none. Raises a Malformed fault on anything unclear."""
    links = [link for header in headers for link in parse(header)]
    following = [link for link in links if "next" in link.relations]
    if any("anchor" in link.params for link in following):
        raise Fault(Malformed, "the next link is about another address than this one")
    targets = {link.target for link in following}
    if len(targets) > 1:
        raise Fault(Malformed, "the Link header names more than one next page")
    return targets.pop() if targets else None


def leads_on(headers: Sequence[str]) -> bool:
    """Tell whether there is a next page; what cannot be read may be the link to it."""
    try:
        return next_target(headers) is not None
    except Fault:
        return True


def parse(header: str) -> list[Link]:
    """Every link-value of one header line."""
    if len(header) > HEADER_LIMIT:
        raise unreadable()
    return list(_links(header))


def _links(header: str) -> Iterator[Link]:
    at = _past(SEPARATORS, header, 0)
    while at < len(header):
        target = TARGET.match(header, at)
        if target is None:
            raise unreadable()
        params, at = _params(header, target.end())
        yield Link(target[1].strip(), params)
        if at < len(header) and header[at] != ",":
            raise unreadable()
        at = _past(SEPARATORS, header, at)


def _params(header: str, start: int) -> tuple[dict[str, str], int]:
    params: dict[str, str] = {}
    at = _past(SPACE, header, start)
    while at < len(header) and header[at] == ";":
        at = _past(SPACE, header, at + 1)
        if at == len(header) or header[at] in ";,":
            continue
        name = PARAMETER_NAME.match(header, at)
        if name is None:
            raise unreadable()
        value, at = _read_parameter_value(header, _past(SPACE, header, name.end()))
        params.setdefault(name[0].lower(), value)
        at = _past(SPACE, header, at)
    return params, at


def _read_parameter_value(header: str, at: int) -> tuple[str, int]:
    """Read the value after `=`, or nothing for a parameter without one; and where it ends."""
    if not header.startswith("=", at):
        return "", at
    at = _past(SPACE, header, at + 1)
    if quoted := QUOTED.match(header, at):
        return ESCAPE.sub(r"\1", quoted[1]), quoted.end()
    if bare := BARE.match(header, at):
        return bare[0], bare.end()
    raise unreadable()


def _past(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at


def unreadable() -> Fault:
    """Make the fault for a header that is no list of links."""
    return Fault(Malformed, "the Link header cannot be read, so the end of the data is unknown")
