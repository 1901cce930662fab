"""The children of one partition's parents: one request for each parent, in order, batches kept for a re-execution.

Owns that loop. Which parents there are, and which partitions, is the extractor's.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from finago_assets.core.agreement import Agreement, Census
from finago_assets.core.calls import call_for
from finago_assets.core.errors import NotFound
from finago_assets.core.http.call import Tally
from finago_assets.core.records import RecordReader
from finago_assets.core.windows import ONE_DAY, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import date

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.client import FinagoClient
    from finago_assets.core.landing.model import ChainFacts, Landed, Manifest, Spool
    from finago_assets.core.landing.parts import Parts
    from finago_assets.core.outage import Came, Outage

# less than a minute's worth at two requests a second: what a kill costs, against a file and two fsyncs for each
BATCH: Final = 100


class _Answer(NamedTuple):
    """A parent's key, its children, and what they cost."""

    key: str
    records: list[bytes]
    cost: Tally


@dataclass(frozen=True, slots=True)
class Children:
    """Reads one endpoint's children. `facts` makes the facts of a chain from its window and what it cost.

    `may_be_edited` tells whether a window's children may change while their pages are read.
    """

    endpoint: Endpoint
    client: FinagoClient
    outage: Outage
    concurrency: int
    say: Callable[[str], None]
    facts: Callable[[Window, Tally], ChainFacts]
    may_be_edited: Callable[[Window], bool]

    def land(self, spool: Spool, day: date, keys: Iterator[str], parts: Parts, *, resume: bool) -> Landed:
        """Land the children of the parents with these keys as the spool's `day`, all of them or none.

        With `resume`, batches that an earlier execution of the same run kept in `parts` are not asked for again, as far
        as they are about the parents that come first now; without, they are removed. Raises what a request does, but
        for a parent that is gone, and the errors of the store.
        """
        if not resume:
            parts.discard()
        chain = _Chain(self, day, parts, spool)
        chain.ask(chain.taken_up(keys) if resume else keys)
        (landed,) = spool.publish(self.facts(chain.window, chain.tally), [day])
        if chain.read >= BATCH:
            parts.discard()
        return landed

    def asked(self, reader: RecordReader, window: Window, key: str) -> _Answer:
        """Read the children of one parent, none where it is gone. Transient errors are sat out."""
        call = call_for(self.endpoint, {}, key)

        def read(came: Came) -> _Answer:
            agreement = Agreement(f"GET {self.endpoint.path} of {key}", careful=self.may_be_edited(window))
            tally = Tally()
            while True:
                own, census, records = Tally(), Census(), list[bytes]()
                try:
                    for page in self.client.pages(call, own):
                        records += page.records
                        census.count(page.records, reader.keys(page.records))
                        came()
                except NotFound:
                    # the parent was deleted since it landed; its children are gone with it
                    records, census = [], Census()
                census.pages = own.pages
                tally.take(own)
                if agreement.holds(census):
                    return _Answer(key, records, tally)

        return self.outage.sat_out(f"{self.endpoint.name} {window.start}", read)


@dataclass(slots=True)
class _Chain:
    """One partition on its way: `read` parents were answered for, which cost `tally`."""

    children: Children
    day: date
    parts: Parts
    spool: Spool
    read: int = 0
    tally: Tally = field(default_factory=Tally)

    @property
    def window(self) -> Window:
        return Window(self.day, self.day + ONE_DAY)

    def taken_up(self, keys: Iterator[str]) -> Iterator[str]:
        """Spool what was kept; return the keys of the parents that have to be asked about."""
        kept, keys = self.parts.taken_up(keys)
        reader = RecordReader(self.children.endpoint)
        for part in kept:
            for number, key, records in part.answers():
                self.spool.add(number, records, self.day, reader.keys(records), key)
            self.tally.add(_tally_of(part.manifest))
            self.read += part.count
        return keys

    def ask(self, keys: Iterator[str]) -> None:
        """Ask about these parents, and keep every whole batch of answers."""
        what = f"{self.children.endpoint.name} {self.day}"
        reader, batch, cost = RecordReader(self.children.endpoint), list[_Answer](), Tally()
        with closing(self._ahead(keys)) as answers:
            for answer in answers:
                self.read += 1
                self.spool.add(self.read, answer.records, self.day, reader.keys(answer.records), answer.key)
                batch.append(answer)
                cost.add(answer.cost)
                if len(batch) == BATCH:
                    self._keep(batch, cost)
                    batch, cost = [], Tally()
                self.children.say(f"{what}: {self.read:,} parents asked about")
        self.tally.add(cost)

    def _keep(self, batch: list[_Answer], cost: Tally) -> None:
        answers = [(answer.key, answer.records) for answer in batch]
        self.parts.keep(self.read - len(batch) + 1, answers, self.children.facts(self.window, cost))
        self.tally.add(cost)

    def _ahead(self, keys: Iterator[str]) -> Generator[_Answer]:
        """Keep some requests in flight and yield their answers in the order of `keys`."""
        children = self.children
        ask = partial(children.asked, RecordReader(children.endpoint), self.window)
        with (
            ThreadPoolExecutor(children.concurrency, thread_name_prefix=children.endpoint.name) as pool,
            children.outage,
        ):
            flying: deque[Future[_Answer]] = deque()
            for key in keys:
                flying.append(pool.submit(ask, key))
                if len(flying) > children.concurrency:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()


def _tally_of(manifest: Manifest) -> Tally:
    return Tally(
        requests=manifest.requests,
        retries=manifest.retries,
        pages=manifest.pages,
        waited_seconds=manifest.waited_seconds,
        trace_ids=list(manifest.trace_ids),
    )
