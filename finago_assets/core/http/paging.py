"""One chain of pages: which address comes next, when the chain ends, and when it can no longer be believed.

Owns the guards (foreign links, lost filters, loops, caps) and the meaning of empty and full pages. Sends nothing.

An empty page does not by itself end a chain. A continuation token may well lead from an empty page to a filled one, so
there the link decides. Page numbers are offsets, and past the end every page is empty, so two empty ones in a row end
the chain whatever they link to; the second look costs one request and a page that a filter emptied loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.errors import LoopingPages, Malformed, PageCapReached
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.links import next_target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finago_assets.core.http.call import Call
    from finago_assets.core.http.origin import Origin

# two million customers; nothing else ends a chain without end, which this finds in three hours at two requests a second
MOST_PAGES: Final = 20_000
EMPTY_PAGES_THAT_END: Final = 2
OWN_TO_PAGING: Final = frozenset({"page", "limit", "continuationtoken"})


class Chain:
    """Starts at the call's own address. `url` is the page to ask for, None when the chain has ended."""

    def __init__(self, call: Call, origin: Origin) -> None:
        self._call = call
        self._origin = origin
        self.url: str | None = origin.at(call.path, query_of(call.params))
        self.number = 1
        self._asked = {self.url}
        self._seen: set[int] = set()
        self._empty_in_a_row = 0
        self._size = 0

    def advance(self, records: Sequence[bytes], size: int, link_headers: Sequence[str]) -> None:
        """Take in the page just read. Raises a fault instead of ending a chain that may not be complete."""
        self._refuse_repetition(records, size)
        self._empty_in_a_row = 0 if records else self._empty_in_a_row + 1
        following = self._following(records, link_headers)
        if following is None:
            self.url = None
            return
        if following in self._asked:
            raise Fault(LoopingPages, "the next link leads back to a page already read")
        if self.number >= min(self._call.page_cap or MOST_PAGES, MOST_PAGES):
            raise Fault(PageCapReached, f"there is more after page {self.number}, the last one that can be read")
        self._asked.add(following)
        self.url = following
        self.number += 1

    def _refuse_repetition(self, records: Sequence[bytes], size: int) -> None:
        """Compare size, first and last record: records carry their own keys, so the same three are the same page."""
        if not records:
            return
        mark = hash((size, records[0], records[-1]))
        if mark in self._seen:
            raise Fault(LoopingPages, "the same page came twice")
        self._seen.add(mark)

    def _following(self, records: Sequence[bytes], link_headers: Sequence[str]) -> str | None:
        target = next_target(link_headers)
        if target is None:
            return self._probe(records)
        url = self._origin.follow(self.url or "", target)
        self._refuse_lost_filters(url, len(records))
        numbered = self._call.paging is not Paging.TOKEN
        return None if numbered and self._empty_in_a_row >= EMPTY_PAGES_THAT_END else url

    def _refuse_lost_filters(self, url: str, count: int) -> None:
        """Refuse a next link without our filters: it would go on over everything there is."""
        carried = _by_name(url)
        for name, value in self._call.params.items():
            if name.lower() not in OWN_TO_PAGING and carried.get(name.lower()) != {value}:
                raise Fault(Malformed, f"the next link does not keep the parameter {name}")
        if self._call.paging is Paging.PAGE and "limit" in self._call.params:
            self._refuse_another_page_size(carried.get("limit", set()), count)

    def _refuse_another_page_size(self, carried: set[str], count: int) -> None:
        """Page numbers count in pages. A server may cut the size down, but then from the first page to the last."""
        sizes = [_whole(value) for value in carried]
        least, most = (self._size, self._size) if self._size else (count, _whole(self._call.params["limit"]))
        if len(sizes) != 1 or not least <= sizes[0] <= most:
            raise Fault(Malformed, "the next link loses or changes the page size, so page numbers mean other rows")
        self._size = sizes[0]

    def _probe(self, records: Sequence[bytes]) -> str | None:
        """Look once behind a full page that came without a next link: the link may simply be missing."""
        limit = self._call.params.get("limit", "")
        if self._call.paging is not Paging.PAGE or str(len(records)) != limit:
            return None
        asked = _by_name(self.url or "").get("page", set())
        page = max(map(_whole, asked), default=0) or self.number
        return self._origin.at(self._call.path, query_of({**self._call.params, "page": str(page + 1)}))


def query_of(params: Mapping[str, str]) -> str:
    """Spell parameters as a query, every character that could mean something else escaped."""
    return urlencode(params, quote_via=quote)


def _whole(text: str) -> int:
    """Read a count; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _by_name(url: str) -> dict[str, set[str]]:
    """Every value of every parameter, names in lower case: the server is not known to tell cases apart."""
    values: dict[str, set[str]] = {}
    for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True):
        values.setdefault(name.lower(), set()).add(value)
    return values
