"""One chain of pages: which address comes next, when the chain ends, and when it can no longer be believed.

Owns the guards (links to another list, loops, caps) and the meaning of empty and full pages. Sends nothing. A next link
tells which page, never where and never what: its paging keys are put to our own address and our own filters.

An empty page does not by itself end a chain. A continuation token may well lead from an empty page to a filled one, so
there the link decides. Page numbers are offsets, and past the end every page is empty, so two empty ones in a row end
the chain whatever they link to; the second look costs one request and a page that a filter emptied loses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.errors import BadRequest, LoopingPages, Malformed, NotFound, PageCapReached
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.links import next_target

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from finago_assets.core.http.call import Call
    from finago_assets.core.http.origin import Origin

# two million customers; nothing else ends a chain without end, which this finds in three hours at two requests a second
MOST_PAGES: Final = 20_000
EMPTY_PAGES_THAT_END: Final = 2
PAGING_KEYS: Final = {"page": "page", "limit": "limit", "continuationtoken": "continuationToken"}
NO_MORE: Final[Mapping[str, str]] = {}
# with which a server may say that there is no second page: all else was taken for the first one
NO_SUCH_PAGE: Final = frozenset({400, 404})


class Chain:
    """Starts at the call's own address. `url` is the page to ask for, None when the chain has ended.

    `doubtful`: nothing but caution asks for that page.
    """

    def __init__(self, call: Call, origin: Origin) -> None:
        self._call = call
        self._origin = origin
        self.url: str | None = address_of(call, origin)
        self.number = 1
        self._asked = {self.url}
        self._seen = SeenPages()
        self._empty_in_a_row = 0
        self._size = 0
        self._rows = 0
        self._linked = False
        self.doubtful = False

    def advance(self, records: Sequence[bytes], size: int, link_headers: Sequence[str], total: int | None) -> bool:
        """Take in the page just read; tell whether it belongs to the list.

        It does not when nothing but caution had asked for it and it is the first page again: there are lists without
        pages behind a path that has them. Raises a fault instead of ending a chain that may not be complete.
        """
        if self._seen.has(records, size):
            if not self.doubtful:
                raise Fault(LoopingPages, "the same page came twice")
            self.url = None
            return False
        self._go_on(records, link_headers)
        self._rows += len(records)
        if self.url is None and total is not None and self._rows < total:
            raise Fault(Malformed, f"the list ends after {self._rows} records and says that it has {total}")
        return True

    def _go_on(self, records: Sequence[bytes], link_headers: Sequence[str]) -> None:
        self._empty_in_a_row = 0 if records else self._empty_in_a_row + 1
        self.doubtful = False
        following = self._following(records, link_headers)
        if following is None:
            self.url = None
            return
        if following in self._asked:
            raise Fault(LoopingPages, "the next link leads back to a page already read")
        if self._is_at_cap:
            raise Fault(PageCapReached, f"there is more after page {self.number}, the last one that can be read")
        self._asked.add(following)
        self.url = following
        self.number += 1

    def ends_with(self, fault: Fault) -> bool:
        """End the chain if the fault says that there is no second page, which nothing but caution had asked for."""
        if not self.doubtful or fault.status not in NO_SUCH_PAGE or fault.kind not in {BadRequest, NotFound}:
            return False
        self.url = None
        return True

    @property
    def _is_at_cap(self) -> bool:
        return self.number >= min(self._call.page_cap or MOST_PAGES, MOST_PAGES)

    def _following(self, records: Sequence[bytes], link_headers: Sequence[str]) -> str | None:
        target = next_target(link_headers)
        if target is None:
            return self._unlinked(len(records))
        self._linked = True
        query = self._origin.query_of_same_list(self._call.path, self.url or "", target)
        url = self._at(self._keys(query, len(records)))
        numbered = self._call.paging is Paging.PAGE
        return None if numbered and self._empty_in_a_row >= EMPTY_PAGES_THAT_END else url

    def _keys(self, query: str, count: int) -> dict[str, str]:
        """Read the paging keys of a next link. Without any it would lead to the first page again."""
        keys: dict[str, str] = {}
        for name, value in parse_qsl(query):
            key = PAGING_KEYS.get(name.lower(), "" if self._knows(name) else name)
            if key and keys.setdefault(key, value) != value:
                raise Fault(Malformed, f"the next link gives {key} twice")
        if not keys.keys() - {"limit"}:
            raise Fault(LoopingPages, "the next link names no page, so it leads back to the first one")
        if self._call.paging is Paging.PAGE and "limit" in keys:
            self._refuse_another_page_size(_read_page_number(keys["limit"]), count)
        return keys

    def _knows(self, name: str) -> bool:
        """Tell a filter from a paging key: where no description names those, whatever the link adds is one."""
        asked = {own.lower() for own in self._call.query}
        return self._call.paging is not Paging.NONE or name.lower() in asked

    def _refuse_another_page_size(self, size: int, count: int) -> None:
        """Page numbers count in pages. A server may cut the size down, but then from the first page to the last."""
        asked = _read_page_number(self._call.query.get("limit", ""))
        least, most = (self._size, self._size) if self._size else (max(count, 1), asked or size)
        if not least <= size <= most:
            raise Fault(Malformed, "the next link changes the page size, so page numbers mean other rows")
        self._size = size

    def _unlinked(self, count: int) -> str | None:
        """Look behind a page that came without a next link, where the link may simply be missing.

        A server may serve fewer records than it was asked for, so that the size of a page proves nothing. Where links
        came before, only a full page may have lost its own; where none ever came, only an empty page is the end.
        """
        full = count == (self._size or _read_page_number(self._call.query.get("limit", "")))
        worth_a_look = full or not (self._linked or self._is_at_cap)
        if self._call.paging is not Paging.PAGE or count == 0 or not worth_a_look:
            return None
        self.doubtful = self.number == 1 and not full
        page = _read_page_number(dict(parse_qsl(urlsplit(self.url or "").query)).get("page", "")) or self.number
        return self._at({"page": str(page + 1)})

    def _at(self, keys: Mapping[str, str]) -> str:
        """Return our own address of the page with these keys, of the size that earlier links told."""
        size = {"limit": str(self._size)} if self._size else {}
        return address_of(self._call, self._origin, {**size, **keys})


class SeenPages:
    """The pages of a chain so far."""

    def __init__(self) -> None:
        self._marks: set[int] = set()

    def has(self, records: Sequence[bytes], size: int) -> bool:
        """Tell whether a page came before, and remember it: records carry their own keys, so size, first and last do.

        An empty page is like no other.
        """
        if not records:
            return False
        mark = hash((size, records[0], records[-1]))
        seen = mark in self._marks
        self._marks.add(mark)
        return seen


def address_of(call: Call, origin: Origin, more: Mapping[str, str] = NO_MORE) -> str:
    """Return where a call is sent, with `more` parameters beside its own."""
    return origin.at(call.path, query_of({**call.query, **more}))


def query_of(params: Mapping[str, str]) -> str:
    """Spell parameters as a query, every character that could mean something else escaped."""
    return urlencode(params, quote_via=quote)


def _read_page_number(text: str) -> int:
    """Read a count; 0 for anything that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0
