"""The words of landing: a partition, the facts of a request chain, its manifest, and what a store promises.

Owns no I/O. A Partition that exists has names that are safe in a path and in SQL.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from finago_assets.core.catalogue.model import PLAIN_NAME
from finago_assets.core.errors import CorruptFile, SettingInvalid
from finago_assets.core.windows import Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from types import TracebackType
    from typing import Self

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.parts import PartitionParts

    Inspect = Callable[[Sequence[bytes]], None]  # is shown payloads, many at a time

_ORGANIZATION = re.compile(r"[A-Za-z0-9_-]{1,64}")


class Landing(StrEnum):
    """Which store: the values of FINAGO_LANDING."""

    PARQUET = "parquet"
    DUCKDB = "duckdb"


class LandingOutcome(StrEnum):
    """Whether a partition holds an answer of the API."""

    LANDED = "landed"
    PLACEHOLDER = "placeholder"  # zero rows, put there so that dbt finds a file


# what was landed before there was a second source says nothing of its own
_SOURCE_OF_OLD: Final = "finago"


def checked_names(source: str, endpoint: str, organization: str) -> None:
    """Raise SettingInvalid unless the names are safe as a folder name and as an SQL identifier."""
    if not isinstance(source, str) or not PLAIN_NAME.fullmatch(source):
        raise SettingInvalid(f"{source!r:.100} is not the name of a source.")
    if not isinstance(endpoint, str) or not PLAIN_NAME.fullmatch(endpoint):
        raise SettingInvalid(f"{endpoint!r:.100} is not an endpoint name; use one of the catalogue.")
    if not isinstance(organization, str) or not _ORGANIZATION.fullmatch(organization):
        raise SettingInvalid(
            f"{organization!r:.100} is not an organization id: 1 to 64 letters, digits, _ or - are allowed. "
            "Correct FINAGO_ORGANIZATION_ID."
        )


@dataclass(frozen=True, slots=True, order=True)
class Partition:
    """One source, endpoint, organization and Oslo day. Raises SettingInvalid for names that are not safe in a path."""

    source: str
    endpoint: str
    organization: str
    date: dt.date

    def __post_init__(self) -> None:
        checked_names(self.source, self.endpoint, self.organization)
        if type(self.date) is not dt.date:
            raise SettingInvalid(f"{self.date!r:.100} is not a calendar day.")

    def __str__(self) -> str:
        return f"{self.source}/{self.endpoint} {self.organization} {self.date}"


class Missing(NamedTuple):
    """A parent whose children were refused for good: its key, and the error's name, status and trace id."""

    key: str
    error: str
    status: int | None
    trace_id: str | None


@dataclass(frozen=True, slots=True)
class ChainFacts:
    """What one request chain cost. `waited_seconds` is time spent waiting for the rate limit and before retries.

    `missing` are the parents whose children are not in it although they were asked for, `redaction` names what took
    secrets out of the records, if anything did.
    """

    window: Window
    pages: int
    requests: int
    retries: int
    waited_seconds: float
    trace_ids: tuple[str, ...]
    fetched_at: dt.datetime
    catalogue_version: str
    run: str
    missing: tuple[Missing, ...] = ()
    redaction: str = ""


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a partition says about itself.

    `rows`, `distinct_ids`, `payload_bytes` and `digest` are the day's own; window, pages, requests, retries, seconds
    and trace ids are those of the request chain that brought it. `digest` is SHA-256 in hex over the payloads in order,
    joined by byte 0x1e; a child's payload is preceded by its parent's key and byte 0x1f. JSON text can hold neither.
    What a record was made of is not in it. `missing`: the parents whose children could not be had. `redaction` names
    what took secrets out before anything was written; empty where nothing had to. Manifests from before there were such
    fields have neither.
    """

    source: str
    endpoint: str
    organization: str
    date: dt.date
    window_start: dt.date
    window_end: dt.date  # exclusive
    rows: int
    distinct_ids: int
    pages: int
    requests: int
    retries: int
    waited_seconds: float
    payload_bytes: int
    digest: str
    trace_ids: tuple[str, ...]
    fetched_at: dt.datetime
    catalogue_version: str
    run: str
    outcome: LandingOutcome
    missing: tuple[Missing, ...] = ()
    redaction: str = ""

    @property
    def window(self) -> Window:
        """The window that was asked for."""
        return Window(self.window_start, self.window_end)

    @property
    def partition(self) -> Partition:
        """The partition this manifest belongs to."""
        return Partition(self.source, self.endpoint, self.organization, self.date)

    def to_metadata(self) -> dict[str, str]:
        """Return one string for each field, the field's name as key."""
        return {field.name: _spell_field(getattr(self, field.name)) for field in fields(self)}

    @classmethod
    def from_metadata(cls, metadata: Mapping[str, str]) -> Self:
        """Read what `to_metadata` wrote. Raises KeyError or ValueError when a field is missing or malformed."""
        return cls(
            source=metadata.get("source") or _SOURCE_OF_OLD,
            endpoint=metadata["endpoint"],
            organization=metadata["organization"],
            date=dt.date.fromisoformat(metadata["date"]),
            window_start=dt.date.fromisoformat(metadata["window_start"]),
            window_end=dt.date.fromisoformat(metadata["window_end"]),
            rows=int(metadata["rows"]),
            distinct_ids=int(metadata["distinct_ids"]),
            pages=int(metadata["pages"]),
            requests=int(metadata["requests"]),
            retries=int(metadata["retries"]),
            waited_seconds=float(metadata["waited_seconds"]),
            payload_bytes=int(metadata["payload_bytes"]),
            digest=metadata["digest"],
            trace_ids=tuple(json.loads(metadata["trace_ids"])),
            fetched_at=dt.datetime.fromisoformat(metadata["fetched_at"]),
            catalogue_version=metadata["catalogue_version"],
            run=metadata["run"],
            outcome=LandingOutcome(metadata["outcome"]),
            missing=_parse_missing(metadata.get("missing") or "[]"),
            redaction=metadata.get("redaction") or "",
        )


def _parse_missing(text: str) -> tuple[Missing, ...]:
    found = []
    for stated in json.loads(text):
        match stated:
            case [str(key), str(error), int() | None as status, str() | None as trace_id]:
                found.append(Missing(key, error, status, trace_id))
            case _:
                raise ValueError("a missing parent is a key, an error's name, a status and a trace id")
    return tuple(found)


def _spell_field(value: object) -> str:
    match value:
        case dt.date():  # a datetime is one too
            return value.isoformat()
        case tuple():
            return json.dumps(value)
        case _:
            return str(value)


@dataclass(frozen=True, slots=True)
class Landed:
    """A partition that readers see from now on. `location` is the path of its file, or the name of its table."""

    partition: Partition
    manifest: Manifest
    location: str


@dataclass(frozen=True, slots=True)
class Content:
    """What a landed partition holds, in short. `stamp` changes when it lands again, `digest` when that changed it."""

    stamp: str
    digest: str
    rows: int
    fetched_at: dt.datetime


def content_of(stamp: str, read: Callable[[], Manifest | None]) -> Content | None:
    """Return what the partition holds whose manifest `read` reads; None for none, or a placeholder's.

    One that cannot be read is unlike any other, and unlike itself once it is mended.
    """
    try:
        manifest = read()
    except CorruptFile:
        return Content(stamp, f"unreadable {stamp}", 1, dt.datetime.min.replace(tzinfo=dt.UTC))
    if manifest is None or manifest.outcome is not LandingOutcome.LANDED:
        return None
    return Content(stamp, manifest.digest, manifest.rows, manifest.fetched_at)


class Spool(Protocol):
    """One request chain on its way in. Nothing is visible before `publish`; leaving the context discards the rest."""

    def add(
        self,
        page: int,
        records: Sequence[bytes],
        days: Sequence[dt.date] | dt.date,
        ids: Sequence[str | None] | None,
        parent: str | None = None,
    ) -> None:
        """Take the records of one page, in arrival order, each with its day and its key (None when it has none).

        `ids` None: nothing to count, every record counts as distinct. `parent`: the parent's key, for children.
        Raises OutsideWindow for a day that is not the spool's, Malformed for bytes that are not UTF-8, NoSpace,
        NotWritable.
        """
        ...

    def publish(self, facts: ChainFacts, days: Sequence[dt.date] | None = None) -> Iterator[Landed]:
        """Land these days of the spool, by default all of them in order; a yielded day stands.

        A day without records lands with zero rows. Raises KeyError for one that is not the spool's or has landed.
        """
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class RawStore(Protocol):
    """Landed partitions of one source, each one attempt's whole answer. Safe to share between threads and processes."""

    @property
    def source(self) -> str:
        """The API whose endpoints are meant where only their names are given."""
        ...

    def spool(self, endpoint: Endpoint, organization: str, days: Sequence[dt.date]) -> Spool:
        """Open a spool for a chain over `days`. Raises SettingInvalid for an organization that differs in case only."""
        ...

    def parts(self, endpoint: Endpoint, organization: str, day: dt.date | None, run: str) -> PartitionParts:
        """What `run` keeps of a partition of children while it is not whole: a day's, or for `day` None a list's."""
        ...

    def manifest(self, partition: Partition) -> Manifest | None:
        """Return the partition's manifest, None when it is not landed. Raises CorruptFile."""
        ...

    def landed(self, endpoint: str, organization: str) -> dict[dt.date, Landed]:
        """Every landed day in order, without placeholders. A day that cannot be read is left out: land it again."""
        ...

    def contents(self, endpoint: str, organization: str, known: Mapping[dt.date, Content]) -> dict[dt.date, Content]:
        """What every landed day holds, without placeholders. What is `known` and did not land again is not read again.

        A day that cannot be read counts as one that changed; whoever reads it will say so.
        """
        ...

    def held(self, endpoint: str, organization: str) -> int:
        """How many days the endpoint has something for, placeholders too. No file is opened for it."""
        ...

    def newest(self, endpoint: str, organization: str, before: dt.date | None = None) -> Partition | None:
        """Return the newest landed partition, of those `before` a day if given; no placeholder. Raises CorruptFile."""
        ...

    def records(self, partition: Partition) -> Iterator[tuple[str | None, bytes]]:
        """Yield parent's key (None without a parent) and payload in order, all of one attempt.

        Raises NotLanded, CorruptFile.
        The partition may be landed again meanwhile, also by whoever reads: no lock is held between two records.
        """
        ...

    def verify(self, partition: Partition, look: Inspect | None = None) -> Manifest:
        """Read everything again and hold it against the manifest; `look` sees it too. Raises NotLanded, CorruptFile."""
        ...

    def faults(self, endpoint: str, organization: str) -> Iterator[CorruptFile]:
        """Verify every partition and yield the error of each that fails. Reads everything: ask when something broke."""
        ...

    def placeholder(self, endpoint: Endpoint, organization: str, day: dt.date) -> None:
        """Put a zero-row partition at `day` if the endpoint has none at all for the organization."""
        ...

    def make_readable(self, endpoints: Iterable[Endpoint]) -> None:
        """Let readers find the columns of endpoints that nobody has landed, and no row and no organization."""
        ...

    def forget(self, endpoint: str, organization: str, before: dt.date) -> int:
        """Remove a list's partitions from before a day; the newest landed one stays, however old. Returns how many."""
        ...

    def organizations(self) -> list[str]:
        """Every organization that has a partition of any endpoint, in order."""
        ...

    def sweep(self) -> int:
        """Remove what dead processes left unfinished, parts after a week; return how many files went."""
        ...
