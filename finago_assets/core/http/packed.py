"""The records of one page in one piece: their text end to end, and each record only when somebody asks for it.

Owns that view. A million small objects cost more than the bytes they hold; what a record means is said elsewhere.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    from collections.abc import Iterator


def join_records(records: Sequence[bytes], separator: bytes) -> bytes:
    """Return records of either kind with something between them."""
    return records.joined(separator) if isinstance(records, PackedRecords) else separator.join(records)


class PackedRecords(Sequence[bytes]):
    """Records in order. `pieces` are bytes, or msgspec's views of a body that nobody changes any more."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    @cached_property
    def text(self) -> bytes:
        """All records, one right after the other."""
        return b"".join(self._pieces)

    @cached_property
    def ends(self) -> array[int]:
        """Where each record begins in `text`, and at last where the last one ends."""
        return array("i", accumulate(map(len, self._pieces), initial=0))

    def joined(self, separator: bytes) -> bytes:
        """Return all records with something between them."""
        return separator.join(self._pieces)

    def __len__(self) -> int:
        return len(self._pieces)

    def __iter__(self) -> Iterator[bytes]:
        return map(bytes, self._pieces)

    @overload
    def __getitem__(self, place: int) -> bytes: ...
    @overload
    def __getitem__(self, place: slice) -> PackedRecords: ...
    def __getitem__(self, place: int | slice) -> bytes | PackedRecords:
        if isinstance(place, slice):
            pieces = self._pieces[place]
            return self if len(pieces) == len(self._pieces) else PackedRecords(pieces)
        return bytes(self._pieces[place])
