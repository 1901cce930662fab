"""A chain of numbered pages without links: it ends when as many records came as the answer says there are.

Owns that end. A server may hand out smaller pages than it was asked for, so that the size of a page proves nothing: the
count decides, and without one an empty page does. A list that ends short of its count is an error, not an end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.errors import LoopingPages, Malformed, PageCapReached
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.paging import MOST_PAGES, SeenPages, address_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.core.catalogue.model import PageNumbers
    from finago_assets.core.http.call import Call
    from finago_assets.core.http.origin import Origin


class CountedChain:
    """See `Chain`, whose surface this has. No page of it is asked for out of caution alone."""

    doubtful = False

    def __init__(self, call: Call, origin: Origin, numbers: PageNumbers) -> None:
        self._call = call
        self._origin = origin
        self._numbers = numbers
        self._seen = SeenPages()
        self._rows = 0
        self.number = 1
        self.url: str | None = self._at(numbers.first)

    def advance(self, records: Sequence[bytes], size: int, link_headers: Sequence[str], total: int | None) -> bool:  # noqa: ARG002  links are no part of it
        """Take in the page just read. Raises a fault instead of ending a chain that may not be complete."""
        if self._seen.has(records, size):
            raise Fault(LoopingPages, "the same page came twice")
        self._rows += len(records)
        if (not records) if total is None else self._is_whole(records, total):
            self.url = None
            return True
        if self.number >= MOST_PAGES:
            raise Fault(PageCapReached, f"there is more after page {self.number}, the last one that can be read")
        self.url = self._at(self._numbers.first + self.number)
        self.number += 1
        return True

    def ends_with(self, fault: Fault) -> bool:  # noqa: ARG002  every page was promised
        """Tell whether the fault is the end of the list: it never is."""
        return False

    def _is_whole(self, records: Sequence[bytes], total: int) -> bool:
        if self._rows < total and not records:
            raise Fault(Malformed, f"the list ends after {self._rows} records and says that it has {total}")
        return self._rows >= total

    def _at(self, page: int) -> str:
        return address_of(self._call, self._origin, {self._numbers.page: f"{page}"})
