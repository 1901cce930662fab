"""A catalogue row turned into a request: path, page size, fixed parameters and the way it spells a window.

Owns the spelling alone. What is asked for, and in which order, is the extractor's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from finago_assets.core.catalogue.model import Endpoint, Upper, WindowRule
from finago_assets.core.http.call import Call
from finago_assets.core.windows import ONE_DAY, Window

if TYPE_CHECKING:
    from datetime import date


def call_for(endpoint: Endpoint, params: dict[str, str], parent: str | None = None) -> Call:
    """Return the call for an endpoint with `params` beside the row's own; `parent` is the key a child's path needs."""
    if endpoint.ask is not None:
        return replace(endpoint.ask({**dict(endpoint.params), **params}), scopes=endpoint.scopes, make=endpoint.make)
    path = endpoint.path
    if endpoint.parent is not None and parent is not None:
        path = path.replace(f"{{{endpoint.parent.placeholder}}}", quote(parent, safe=""))
    size = {} if endpoint.page_size is None else {endpoint.size_param: f"{endpoint.page_size}"}
    return Call(
        template=endpoint.path,
        path=path,
        query={**dict(endpoint.params), **size, **params},
        allowed=endpoint.allowed,
        paging=endpoint.paging,
        page_cap=endpoint.page_cap,
        scopes=endpoint.scopes,
        single=endpoint.single,
        keeps_damaged=True,
        numbers=endpoint.numbers,
        envelope=endpoint.envelope,
        make=endpoint.make,
    )


def smallest_call(endpoint: Endpoint, first: date, today: date, parent: str | None = None) -> Call:
    """The cheapest request that proves the scope: one record, of `first`...`today` where there is a window."""
    params = {} if endpoint.window is None else span(endpoint.window, Window(first, today + ONE_DAY))
    if endpoint.pieces is not None:
        params = endpoint.pieces.smallest(today)
    if endpoint.page_size is not None:
        params[endpoint.size_param] = "1"
    return call_for(endpoint, params, parent)


def span(rule: WindowRule, window: Window) -> dict[str, str]:
    """Return the two parameters that ask for a half-open window of days."""
    last = window.end - ONE_DAY if rule.upper is Upper.INCLUSIVE else window.end
    return {rule.from_param: f"{window.start}", rule.to_param: f"{last}"}
