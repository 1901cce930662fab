"""Pairs of parameters that mean from and until: a window in which nothing can lie is refused before it is sent.

Owns which parameters make a pair. The server answers such a window with an empty list, which looks like an answer.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.model import Upper
from finago_assets.core.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.operation import Operation

_FROM: Final = "From"
# how far apart the same clock may be read, where only one of two moments says where
_ZONES: Final = timedelta(hours=26)


def refuse_reversed(what: str, operation: Operation, query: Mapping[str, str]) -> None:
    """Refuse a window that ends before it begins, or at once where its last day is left out. Raises RequestRefused."""
    for first in [name for name in query if name.endswith(_FROM)]:
        last = f"{first.removesuffix(_FROM)}To"
        begins, ends = _parse_moment(query[first]), _parse_moment(query.get(last, ""))
        if begins is None or ends is None:
            continue
        if _is_after(begins, ends):
            raise RequestRefused(f"{what}: {first} is later than {last}; nothing would be found. Turn them round.")
        if query[first] == query[last] and _leaves_out(operation, last):
            raise RequestRefused(
                f"{what}: {first} and {last} are one day, and {last} is the day after the last one here; nothing would "
                f"be found. For that day, give the next one as {last}."
            )


def _parse_moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _is_after(begins: datetime, ends: datetime) -> bool:
    if (begins.tzinfo is None) == (ends.tzinfo is None):
        return begins > ends
    return begins.replace(tzinfo=None) - ends.replace(tzinfo=None) > _ZONES


def _leaves_out(operation: Operation, name: str) -> bool:
    window = None if operation.endpoint is None else operation.endpoint.window
    return window is not None and window.to_param == name and window.upper is Upper.EXCLUSIVE
