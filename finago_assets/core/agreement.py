"""Whether what was read page by page is one answer: it is read until two readings agree, three times at the most.

Owns that judgement. Reading pages and keeping them is done by whoever lands.

Pages count rows from the first one on. A record deleted behind the reader moves the rest up, and one that stood first
on the next page is never seen; an inserted one comes twice. Nothing in a single reading tells.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import WindowMoved

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_READINGS: Final = 3
_HASH_RANGE: Final = 2**64


@dataclass(slots=True)
class Census:
    """The records of one reading, known by their keys, or by their bytes where they have none.

    `pages` is how many the longest of its request chains had.
    """

    pages: int = 0
    _hashes: array[int] = field(default_factory=lambda: array("q"))

    def count(self, records: Sequence[bytes], keys: Sequence[str | bytes | None]) -> None:
        """Take the records of one page."""
        if None in keys:
            keys = [record if key is None else key for record, key in zip(records, keys, strict=True)]
        # from a list at once, not one by one
        self._hashes.fromlist(list(map(hash, keys)))

    @property
    def rows(self) -> int:
        """How many records came, those that came twice counted twice."""
        return len(self._hashes)

    @property
    def is_distinct(self) -> bool:
        """Tell whether no record came twice."""
        return len(set(self._hashes)) == len(self._hashes)

    @property
    def mark(self) -> tuple[int, int, int]:
        """What two readings of the same records have in common, in whatever order they came."""
        return len(self._hashes), sum(self._hashes) % _HASH_RANGE, sum(one * one for one in self._hashes) % _HASH_RANGE


class Agreement:
    """Compares the readings of one list. `careful`: of what may be edited now, one reading is never enough.

    What records hold is not compared: a change of an amount moves no page, and each record is as it was when read.
    """

    def __init__(self, what: str, *, careful: bool) -> None:
        self._what = what
        self._careful = careful
        self._marks: list[tuple[int, int, int]] = []

    def holds(self, census: Census) -> bool:
        """Tell whether this reading is one answer. Raises WindowMoved where the third is none either."""
        if census.pages <= 1 or (not self._careful and not self._marks and census.is_distinct):
            return True
        mark = census.mark
        if mark in self._marks:
            return True
        self._marks.append(mark)
        if len(self._marks) == MOST_READINGS:
            raise WindowMoved(
                f"{self._what} was read {MOST_READINGS} times and held other records each time: somebody edits it "
                "meanwhile. Nothing of this request was landed; run it again when it is quieter."
            )
        return False
