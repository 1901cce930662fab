"""Records into the raw store, as a partition like any other: under today's date in Oslo, its manifest with it.

Owns which answers may become one: the whole of a reference list and nothing less, because dbt reads it as the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Final

from finago_assets.core.catalogue.model import EndpointKind, Paging
from finago_assets.core.errors import RequestRefused
from finago_assets.core.landing.store import ChainFacts
from finago_assets.core.records import RecordReader
from finago_assets.core.request.targets.written import Written
from finago_assets.core.windows import ONE_DAY, Window, oslo_today, utc_now

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import date, datetime
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.landing.store import RawStore, Spool
    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.request import Request

_ROWS: Final = 2_000


@dataclass(frozen=True, slots=True)
class RawPartition:
    """Today's partition of one reference endpoint. Construction raises RequestRefused for any other request.

    `run` marks the manifest as an asset's run does.
    """

    store: RawStore
    organization: str
    request: Request
    run: str = ""
    now: Callable[[], datetime] = utc_now
    endpoint: Endpoint = field(init=False)

    def __post_init__(self) -> None:
        endpoint = self.request.operation.endpoint
        if endpoint is None or self.request.operation.path != endpoint.path:
            raise RequestRefused(
                f"{self.request.what} reads no list of the catalogue, so the raw store has no place for its answer. "
                "Name another target."
            )
        why = next(_unfit(endpoint, self.request), None)
        if why is not None:
            raise RequestRefused(
                f"{self.request.what} cannot go into the raw store: {why}. Materialize the asset "
                f"{endpoint.source.name}/{endpoint.name} instead, or name another target."
            )
        object.__setattr__(self, "endpoint", endpoint)

    @property
    def place(self) -> str:
        """The endpoint, as its asset is called."""
        return f"raw {self.endpoint.source.name}/{self.endpoint.name}"

    @property
    def file(self) -> Path | None:
        """See `Target.file`."""
        return None

    def write(self, answer: Answer) -> Written:
        """See `Target.write`. The partition replaces one that landed earlier today."""
        now = self.now()
        today = oslo_today(now)
        window = Window(today, today + ONE_DAY)
        with self.store.spool(self.endpoint, self.organization, window.days) as spool:
            self._spool(spool, answer, today)
            (landed,) = spool.publish(_chain_facts(self.endpoint, answer, window, now, self.run))
        return Written(landed.manifest.rows, landed.location)

    def _spool(self, spool: Spool, answer: Answer, today: date) -> None:
        reader = RecordReader(self.endpoint)
        for page, records in _pages(answer, self.endpoint.page_size):
            spool.add(page, records, today, reader.keys(records))


def _unfit(endpoint: Endpoint, request: Request) -> Iterator[str]:
    if endpoint.kind is EndpointKind.WINDOWED:
        yield "its rows belong to days, which only the asset tells apart"
    if endpoint.parent is not None:
        yield f"it answers for one record of {endpoint.parent.endpoint}, and a partition holds all"
    if endpoint.pieces is not None:
        yield f"a partition takes {endpoint.pieces.words}"
    if {name: value for name, value in request.query.items() if name != endpoint.size_param} != dict(endpoint.params):
        yield "with these parameters the answer is not what the asset lands"
    if endpoint.paging is not Paging.NONE and not request.all_pages:
        yield "a partition holds all pages, and one was asked for"


def _pages(answer: Answer, page_size: int | None) -> Iterator[tuple[int, list[bytes]]]:
    """Yield the records in portions with the number of their page; all pages but the last are taken to be full."""
    size = page_size if page_size is not None and answer.pages > 1 else _ROWS
    payloads = answer.payloads()
    number = 0
    while records := list(islice(payloads, size)):
        number += 1
        yield min(number, answer.pages), records


def _chain_facts(endpoint: Endpoint, answer: Answer, window: Window, now: datetime, run: str) -> ChainFacts:
    return ChainFacts(
        window=window,
        pages=answer.pages,
        requests=answer.requests,
        retries=answer.retries,
        waited_seconds=answer.waited_seconds,
        trace_ids=() if answer.trace_id is None else (answer.trace_id,),
        fetched_at=now,
        catalogue_version=endpoint.source.version,
        run=run,
        redaction=answer.redaction,
    )
