"""One request chain on its way in: a bounded buffer over the days of the chain, one temporary file for each day.

Owns buffering and counting. Making a finished file visible is the store's, behind the `SpoolTarget` protocol.
"""

from __future__ import annotations

import datetime as dt
from array import array
from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol

import pyarrow as pa

from finago_assets.core.errors import OutsideWindow
from finago_assets.core.http.packed import PackedRecords
from finago_assets.core.landing import litter
from finago_assets.core.landing.files import typed_errors
from finago_assets.core.landing.model import ChainFacts, Landed, LandingOutcome, Manifest, Partition
from finago_assets.core.landing.rawfile import Digest, RawWriter, make_text_column
from finago_assets.core.records import MadeRecord
from finago_assets.core.windows import ONE_DAY, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from types import TracebackType
    from typing import Self

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.files import Files

BUFFER_BYTES: Final = 5 * 1024 * 1024
_RECORD_OVERHEAD: Final = 64  # a bytes object and its places in the lists
_PACK_ROWS: Final = 1_000
_WORTH_A_CHUNK: Final = 200  # records that come together and are not made objects of their own


class SpoolTarget(Protocol):
    """Where a spool's days end up."""

    files: Files
    checkpoint: Callable[[str], None]  # called with the name of each dangerous moment; kill tests die there

    def temporaries(self, endpoint: str, organization: str) -> Path:
        """Return an existing folder for temporary files."""
        ...

    def prepare(self, partitions: Sequence[Partition]) -> None:
        """Get ready for these partitions, before the first is put."""
        ...

    def put(self, manifest: Manifest, file: RawWriter) -> str:
        """Make a finished file visible, whole and durable; return its location."""
        ...


class _Day:
    """What one day holds so far: loose records, packed ones, and the file that earlier ones went to."""

    def __init__(self, *, keeps_xml: bool = False) -> None:
        self.keeps_xml = keeps_xml
        self.digest = Digest()
        self.hashes = array("q")  # of keys: eight bytes each, however long the key
        self.keyless = 0  # records that count as distinct without a key
        self.file: RawWriter | None = None
        self.payloads: list[bytes] = []
        self.texts: list[str] = []  # of the fourth column: parents' keys, or what records were made of
        self.clear()

    def clear(self) -> None:
        self.size = 0
        self.pages = array("i")
        self.chunks: list[pa.Array] = []
        self.text_chunks: list[pa.Array] = []

    def take(self, page: int, records: Sequence[bytes], ids: Sequence[str | None] | None, parent: str | None) -> int:
        """Add records; return about how many bytes they take."""
        self.pages.extend(array("i", [page]) * len(records))
        made_of = _made_of(records) if self.keeps_xml else []
        self.texts.extend(made_of if parent is None else [parent] * len(records))
        if ids is None:
            self.keyless += len(records)
        else:
            own = [key for key in ids if key is not None] if None in ids else ids
            hashed = list(map(hash, own)) if parent is None else [hash((parent, key)) for key in own]
            self.hashes.fromlist(hashed)
        is_plain = parent is None and not self.keeps_xml
        if isinstance(records, PackedRecords) and is_plain and len(records) >= _WORTH_A_CHUNK:
            self.pack()
            self._pack(records)
            size = len(records.text)
        else:
            self.payloads.extend(records)
            if len(self.payloads) >= _PACK_ROWS:
                self.pack()
            size = sum(map(len, records))
        size += _RECORD_OVERHEAD * len(records) + sum(map(len, made_of))
        self.size += size
        return size

    def pack(self) -> None:
        """Turn loose records into a column chunk, which takes less room and no second copy when it is written."""
        if self.payloads:
            self._pack(PackedRecords(self.payloads))
            self.payloads, self.texts = [], []

    def _pack(self, records: PackedRecords) -> None:
        self.chunks.append(make_text_column(records))
        self.digest.update(records, None if self.keeps_xml else self.texts or None)
        if self.texts:
            self.text_chunks.append(pa.array(self.texts, pa.string()))

    def distinct(self) -> int:
        hashes = pa.Array.from_buffers(pa.int64(), len(self.hashes), [None, pa.py_buffer(self.hashes)])
        return len(hashes.unique()) + self.keyless


class ChainSpool:
    """The one Spool. Not shared between threads; a store hands out as many as there are chains."""

    def __init__(self, target: SpoolTarget, endpoint: Endpoint, organization: str, days: Sequence[dt.date]) -> None:
        self._target = target
        self._endpoint = endpoint
        self._organization = organization
        self._partitions = {
            day: Partition(endpoint.source.name, endpoint.name, organization, day) for day in sorted(set(days))
        }
        self._days = {day: _Day(keeps_xml=endpoint.keeps_xml) for day in self._partitions}
        if not self._days:
            raise ValueError(f"{endpoint.name}: a chain covers at least one day")
        self._buffered = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for day in self._days.values():
            if day.file is not None:
                day.file.discard()
        self._days.clear()

    def add(
        self,
        page: int,
        records: Sequence[bytes],
        days: Sequence[dt.date] | dt.date,
        ids: Sequence[str | None] | None,
        parent: str | None = None,
    ) -> None:
        """See `Spool.add`."""
        if (parent is None) != (self._endpoint.parent is None):
            raise ValueError(f"{self._endpoint.name}: a child's records come with their parent's key, no others do")
        for day, own, own_ids in _by_day(days, records, ids):
            self._extend(day, page, own, own_ids, parent)
        with typed_errors(f"Landing {self._endpoint.name}"):
            while self._buffered > BUFFER_BYTES:
                self._flush(max(self._days, key=lambda day: self._days[day].size))
                # each chain's thread has a heap of its own, which would keep what it has written away
                pa.default_memory_pool().release_unused()

    def publish(self, facts: ChainFacts, days: Sequence[dt.date] | None = None) -> Iterator[Landed]:
        """See `Spool.publish`."""
        # all at once even where days land one by one: what is new costs an fsync
        with typed_errors(f"Landing {self._endpoint.name}"):
            self._target.prepare(list(self._partitions.values()))
        for day in self._partitions if days is None else days:
            with typed_errors(f"Landing {self._endpoint.name} {day}"):
                landed = self._publish(self._partitions[day], facts)
            yield landed

    def _publish(self, partition: Partition, facts: ChainFacts) -> Landed:
        day = self._days[partition.date]
        self._target.checkpoint("before copy")
        file = self._flush(partition.date)
        manifest = _manifest(partition, day, facts)
        file.finish(manifest)
        location = self._target.put(manifest, file)
        file.discard()
        del self._days[partition.date]
        return Landed(partition, manifest, location)

    def _extend(
        self, date: dt.date, page: int, records: Sequence[bytes], ids: Sequence[str | None] | None, parent: str | None
    ) -> None:
        day = self._days.get(date)
        if day is None:
            raise OutsideWindow(f"{self._endpoint.request} answered a row dated {date}, which was not asked for.")
        self._buffered += day.take(page, records, ids, parent)

    def _flush(self, date: dt.date) -> RawWriter:
        day = self._days[date]
        if day.file is None:
            directory = self._target.temporaries(self._endpoint.name, self._organization)
            path = litter.temporary(directory, "data.parquet")
            day.file = RawWriter(path, self._endpoint.text_column, self._target.files)
        day.pack()
        if day.chunks:
            day.file.write(day.pages, day.chunks, day.text_chunks)
        self._buffered -= day.size
        day.clear()
        return day.file


def _made_of(records: Sequence[bytes]) -> list[str]:
    return [one.made_of.decode() for one in records if isinstance(one, MadeRecord)]


def _by_day(
    days: Sequence[dt.date] | dt.date, records: Sequence[bytes], ids: Sequence[str | None] | None
) -> Iterator[tuple[dt.date, Sequence[bytes], Sequence[str | None] | None]]:
    """Yield each day with its records and their ids, in the order in which they came."""
    if ids is not None and len(ids) != len(records):
        raise ValueError(f"{len(records)} records come with {len(ids)} ids")
    if isinstance(days, dt.date):
        yield days, records, ids
        return
    if len(days) != len(records):
        raise ValueError(f"{len(records)} records come with {len(days)} days")
    in_order = days
    if len(set(days)) > 1 and (in_order := sorted(days)) != days:
        order = sorted(range(len(days)), key=days.__getitem__)
        records = [records[place] for place in order]
        ids = None if ids is None else [ids[place] for place in order]
    first = 0
    while first < len(in_order):
        end = bisect_right(in_order, in_order[first], first)
        yield in_order[first], records[first:end], None if ids is None else ids[first:end]
        first = end


def _manifest(partition: Partition, day: _Day, facts: ChainFacts) -> Manifest:
    return Manifest(
        source=partition.source,
        endpoint=partition.endpoint,
        organization=partition.organization,
        date=partition.date,
        window_start=facts.window.start,
        window_end=facts.window.end,
        rows=day.digest.rows,
        distinct_ids=day.distinct(),
        pages=facts.pages,
        requests=facts.requests,
        retries=facts.retries,
        waited_seconds=facts.waited_seconds,
        payload_bytes=day.digest.payload_bytes,
        digest=day.digest.hexdigest(),
        trace_ids=tuple(facts.trace_ids),
        fetched_at=facts.fetched_at,
        catalogue_version=facts.catalogue_version,
        run=facts.run,
        outcome=LandingOutcome.LANDED,
        missing=facts.missing,
        redaction=facts.redaction,
    )


def placeholder_manifest(partition: Partition) -> Manifest:
    """Return the manifest of a zero-row partition that only stands in for an answer."""
    nothing = ChainFacts(
        window=Window(partition.date, partition.date + ONE_DAY),
        pages=0,
        requests=0,
        retries=0,
        waited_seconds=0,
        trace_ids=(),
        fetched_at=dt.datetime.now(dt.UTC),
        catalogue_version="",
        run="",
    )
    return replace(_manifest(partition, _Day(), nothing), outcome=LandingOutcome.PLACEHOLDER)
