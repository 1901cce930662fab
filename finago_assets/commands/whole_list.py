"""The command that fetches a whole list, of the one that fetched a page of it.

Owns its spelling. It is printed, so that an address, which may hold a password, is left out.
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.connections.place import is_address
from finago_assets.core.http.paging import PAGING_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from finago_assets.core.request.request import Request

_LEFT_OUT: Final = "..."
_SPELLED_OPTIONS: Final = ("template", "api", "connection", "registry", "into")


def spell_for_all_pages(typed: Mapping[str, Any], request: Request) -> str:
    """Return the command; `typed` are the options by name, of which those that choose a page go."""
    words = ["finago-assets", "request", *(typed[name] for name in ("method", "path") if typed[name])]
    for name in _SPELLED_OPTIONS:
        if typed[name]:
            words += [f"--{name}", _LEFT_OUT if is_address(typed[name]) else str(typed[name])]
    words += _pairs("--var", typed["var"] or ())
    words += _pairs("--query", [one for one in typed["query"] or () if not _chooses_a_page(one, request)])
    return shlex.join([*words, "--all-pages"])


def _pairs(option: str, texts: Sequence[str]) -> Iterator[str]:
    for text in texts:
        yield from (option, text)


def _chooses_a_page(text: str, request: Request) -> bool:
    numbers = request.numbers
    name = text.partition("=")[0]
    return name.lower() in PAGING_KEYS or (numbers is not None and name in {numbers.page, numbers.size})
