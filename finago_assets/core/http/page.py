"""The body of one page: cut or made into records, redacted, believed once it is whole.

Owns what an answer's attempts mean together: what came twice in the same bytes was not damaged on the way.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from finago_assets.core.errors import Malformed
from finago_assets.core.http.body import check_values, pack_records
from finago_assets.core.http.damage import kept
from finago_assets.core.http.empty import EmptyAnswers
from finago_assets.core.http.envelope import opened
from finago_assets.core.http.fault import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from finago_assets.core.http.call import Call
    from finago_assets.core.http.protocol import Redaction
    from finago_assets.core.http.transport import Reply


@dataclass(frozen=True, slots=True)
class CountedRecords:
    """The records of a page, and how many there are on all pages, None where nothing says so."""

    records: Sequence[bytes]
    total: int | None = None


class PageReading:
    """The attempts of one page. What a redaction takes out has gone from the records that leave here."""

    def __init__(self, call: Call, number: int, redaction: Redaction | None) -> None:
        self._call = call
        self._redaction = redaction
        self._number = number
        self._empty = EmptyAnswers(possible=number == 1 and not call.single)
        self._damaged: bytes | None = None

    def records(self, reply: Reply) -> CountedRecords:
        """Return what a success holds. Raises a fault for a body that cannot be believed."""
        if reply.status == 204:
            return CountedRecords([])
        if not reply.body:
            self._empty.believe(reply)
            return CountedRecords([])
        self._empty.end()
        fault: Fault
        try:
            found = self._cut(reply.body)
            if self._redaction is None:
                return found
            return CountedRecords(self._redaction.apply(self._call.template, found.records), found.total)
        except Fault as raised:
            fault = raised
        if fault.kind is Malformed and fault.again and reply.body.lstrip().startswith((b"[", b"{")):
            if self._damaged is not None and self._keeps_damaged:
                records, unkept = kept(bytes(reply.body), single=self._call.single)
                if unkept is None:
                    check_values(records)
                    return CountedRecords(records)
                fault.reason = f"page {self._number}, record {unkept}: {fault.reason}"
            self._give_up_on_the_same(reply.body, fault)
        fault.status, fault.trace, fault.size = reply.status, reply.trace, reply.wire_bytes
        raise fault

    @property
    def _keeps_damaged(self) -> bool:
        # what cannot be read cannot be redacted either, and a count says nothing of a body that is none
        return self._call.keeps_damaged and self._redaction is None and self._call.envelope is None

    def _cut(self, body: bytearray) -> CountedRecords:
        if self._call.make is not None:
            return CountedRecords(self._make(bytes(body), self._call.make))
        if self._call.envelope is None:
            return CountedRecords(pack_records(body, single=self._call.single))
        body, total = opened(body, self._call.envelope)
        records = pack_records(body)
        if self._call.single and len(records) != 1:
            raise Fault(Malformed, f"the answer is {len(records)} records where one was asked for")
        return CountedRecords(records, total)

    @staticmethod
    def _make(body: bytes, make: Callable[[bytes], list[bytes]]) -> list[bytes]:
        try:
            records = make(body)
        except ValueError:
            records = None
        if records is None:
            raise Fault(Malformed, "no records can be made of the answer", again=True)
        check_values(records)
        return records

    def _give_up_on_the_same(self, body: bytearray, fault: Fault) -> None:
        """What came twice in the same bytes was not damaged on the way, and will come so again."""
        mark = hashlib.sha256(body).digest()
        if mark == self._damaged:
            fault.again = False
        self._damaged = mark
