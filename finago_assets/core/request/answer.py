"""What came back: the body on disk as it was sent, facts about it, and the ways to read its records.

Owns the shape, and reading into a type of the user's own. Columns are columns.py's, the cutting is payloads.py's.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Final, TypeVar

from pydantic import TypeAdapter, ValidationError

from finago_assets.core.errors import Malformed
from finago_assets.core.request.payloads import GROUP_ROWS, payloads_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path
    from typing import BinaryIO

    import pyarrow as pa
    from duckdb import DuckDBPyConnection, DuckDBPyRelation

    from finago_assets.core.request.payloads import WrittenPage

T = TypeVar("T")
_MOST_NAMED: Final = 3


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one request, or to all its pages.

    `body` is a private file: JSON exactly as sent, or one array of the records as sent when all pages were asked for;
    for an HTTP error what it said, at most 64 KiB. `many` tells an array from one object. Times are seconds, of which
    `waited_seconds` went to the request ceiling and to pauses; `requests` leaves out those for tokens. `errors` are the
    names an error body gives its reasons, no values; `redaction` names what took secrets out of the body, if anything.
    `is_part`: the list has records on other pages, which were not asked for. `written`: where each page lies in `body`.
    """

    status: int
    trace_id: str | None
    headers: Mapping[str, str]
    body: Path
    many: bool
    records: int
    pages: int
    requests: int
    retries: int
    waited_seconds: float
    seconds: float
    size: int
    errors: tuple[str, ...] = field(default=())
    redaction: str = ""
    is_part: bool = False
    written: tuple[WrittenPage, ...] = field(default=(), repr=False)

    def payloads(self) -> Iterator[bytes]:
        """Yield each record's own bytes, in order, in bounded memory."""
        if self.records == 0:
            return iter(())
        return chain.from_iterable(payloads_in(self.body, many=self.many))

    def relation(self, connection: DuckDBPyConnection) -> DuckDBPyRelation:
        """Return the records as columns typed from the JSON: a number with a fraction is a DECIMAL, never a DOUBLE.

        Writes a parquet file beside the body, which has to stay as long as the relation is used. Raises Malformed for
        records that are no objects.
        """
        from finago_assets.core.request.parquet import relation_of

        return relation_of(connection, self.body, many=self.many, empty=not self.records)

    def write_parquet(self, file: BinaryIO) -> int:
        """Write the same columns into a new file, in bounded memory, and return how many rows. Raises Malformed."""
        from finago_assets.core.request.parquet import write_parquet

        return write_parquet(file, self.body, many=self.many, empty=not self.records, pages=self.written)

    def batches(self, size: int = GROUP_ROWS) -> pa.RecordBatchReader:
        """Return the same columns as Arrow batches of at most `size` rows, in bounded memory. Raises Malformed."""
        from finago_assets.core.request.columns import batches_of

        # without records the body need not be JSON
        return batches_of(self.body, many=self.many, size=size, columns=None if self.records else ())

    def rows(self, type_: type[T]) -> Iterator[T]:
        """Yield each record as a pydantic model or dataclass; numbers reach it as Decimal, so that no øre is lost.

        Raises Malformed for the first record that does not fit, naming the place and the rule, never the value.
        """
        adapter = TypeAdapter(type_)
        for number, payload in enumerate(self.payloads(), start=1):
            yield self._row(adapter, number, payload)

    def _row(self, adapter: TypeAdapter[T], number: int, payload: bytes) -> T:
        try:
            return adapter.validate_python(json.loads(payload, parse_float=Decimal))
        except ValidationError as raised:
            faults = raised.errors(include_url=False, include_context=False, include_input=False)
            wrong = [f"{_name_location(fault['loc'])} ({fault['type']})" for fault in faults[:_MOST_NAMED]]
        except (ValueError, RecursionError):
            wrong = ["a number of thousands of digits, or nesting without end"]
        error = Malformed(
            f"Record {number:,} of the answer does not fit the response type: {', '.join(wrong)}. "
            "Change the type, or read the records as JSON or as a table."
        )
        error.status, error.trace_id = self.status, self.trace_id
        raise error


def _name_location(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)[:100] or "the record"
