"""The children of one partition's parents: one request for each parent, in order, batches kept for a re-execution.

Owns that loop, and when a refusal is about one parent and when about all. Which parents there are is the extractor's.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from finago_assets.core.agreement import Agreement, Census
from finago_assets.core.calls import call_for
from finago_assets.core.errors import (
    BadRequest,
    FinagoError,
    Forbidden,
    LoopingPages,
    Malformed,
    NotFound,
    PageCapReached,
    TooLarge,
)
from finago_assets.core.http.call import Tally
from finago_assets.core.landing.model import Missing
from finago_assets.core.records import RecordReader
from finago_assets.core.windows import ONE_DAY, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator
    from datetime import date

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.landing.model import ChainFacts, Landed, Manifest, Spool
    from finago_assets.core.landing.parts import PartitionParts
    from finago_assets.core.outage import Came, Outage

# less than a minute's worth at two requests a second: what a kill costs, against a file and two fsyncs for each
BATCH: Final = 100
# what may be about one parent alone; any other error is about this machine, the credentials, the road or the moment
OF_ONE_PARENT: Final = (BadRequest, Forbidden, Malformed, TooLarge, LoopingPages, PageCapReached)
# so many refusals without an answer between them are about no parent any more
IN_A_ROW: Final = 20


class _Answer(NamedTuple):
    """A parent's key, its children, and what they cost; or that it is gone, or why they cannot be had."""

    key: str
    records: list[bytes]
    cost: Tally
    gone: bool = False
    refusal: FinagoError | None = None


@dataclass(slots=True)
class Refusals:
    """What the parents of one landing say together: whether any was answered for, and the refusals since.

    A parent that is gone says nothing about the others.
    """

    answered: bool = False
    since: list[FinagoError] = field(default_factory=list)

    def note(self, answer: _Answer) -> None:
        """Take the next answer. Raises the refusal where there were too many in a row."""
        if answer.refusal is not None:
            self.since.append(answer.refusal)
            if len(self.since) >= IN_A_ROW:
                self._fail()
        elif not answer.gone:
            self.answer()

    def answer(self) -> None:
        """Some parent was answered for: what was refused before it is about those parents alone."""
        self.answered = True
        self.since.clear()

    @property
    def of_all(self) -> bool:
        """Tell whether nothing but refusals came yet."""
        return bool(self.since) and not self.answered

    def settle(self) -> None:
        """Raise the refusal where there was nothing else."""
        if self.of_all:
            self._fail()

    def _fail(self) -> None:
        """Raise one of them: a withheld scope only where all are."""
        raise next((error for error in self.since if not isinstance(error, Forbidden)), self.since[0])


@dataclass(frozen=True, slots=True)
class Children:
    """Reads one endpoint's children, for one landing. `facts` makes a chain's facts from its window and what it cost.

    `may_be_edited` tells whether a window's children may change while their pages are read. `say` is told how far it
    has come, `tell` of each parent that is refused.
    """

    endpoint: Endpoint
    client: ApiClient
    outage: Outage
    concurrency: int
    say: Callable[[str], None]
    facts: Callable[[Window, Tally], ChainFacts]
    may_be_edited: Callable[[Window], bool]
    tell: Callable[[str], None]
    refusals: Refusals = field(default_factory=Refusals)

    def read(
        self, spool: Spool, day: date, keys: Iterator[str], parts: PartitionParts, *, resume: bool
    ) -> ChildrenOfDay:
        """Ask for the children of the parents with these keys. They land as the spool's `day` when that is published.

        With `resume`, batches that an earlier execution of the same run kept in `parts` are not asked for again, as far
        as they are about the parents that come first now; without, they are removed. A parent that is gone has no
        children; one that is refused for good is missing, and named by the manifest. Raises what a request does
        otherwise, the refusal after too many in a row, and the errors of the store.
        """
        if not resume:
            parts.discard()
        chain = ChildrenOfDay(self, day, parts, spool)
        chain.ask(chain.taken_up(keys) if resume else keys)
        return chain

    def asked(self, reader: RecordReader, window: Window, key: str) -> _Answer:
        """Read the children of one parent, none where it is gone or refused. Transient errors are sat out."""

        def read(came: Came) -> _Answer:
            agreement = Agreement(f"GET {self.endpoint.path} of {key}", careful=self.may_be_edited(window))
            tally = Tally()
            while True:
                own, census, records, gone = Tally(), Census(), list[bytes](), False
                try:
                    for page in self.client.pages(call_for(self.endpoint, {}, key), own):
                        records += page.records
                        census.count(page.records, reader.keys(page.records))
                        came()
                except NotFound:
                    # the parent was deleted since it landed; its children are gone with it
                    records, census, gone = [], Census(), True
                except OF_ONE_PARENT as error:
                    tally.take(own)
                    error.args = (f"{self._parent} {key}: {error}",)
                    return _Answer(key, [], tally, refusal=error)
                census.pages = own.pages
                tally.take(own)
                if agreement.holds(census):
                    return _Answer(key, records, tally, gone)

        return self.outage.sat_out(f"{self.endpoint.name} {window.start}", read)

    @property
    def _parent(self) -> str:
        return "" if self.endpoint.parent is None else self.endpoint.parent.endpoint


@dataclass(slots=True)
class ChildrenOfDay:
    """One partition on its way: `read` parents were asked about, which cost `tally`, and some of them are `missing`."""

    children: Children
    day: date
    parts: PartitionParts
    spool: Spool
    read: int = 0
    tally: Tally = field(default_factory=Tally)
    missing: list[Missing] = field(default_factory=list)

    def publish(self) -> Landed:
        """Land all of them, as one attempt's answer."""
        facts = self.children.facts(self.window, self.tally)
        (landed,) = self.spool.publish(replace(facts, missing=tuple(self.missing)), [self.day])
        if self.read >= BATCH:
            self.parts.discard()
        return landed

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
            self.missing += part.manifest.missing
            if part.count > len(part.manifest.missing):
                self.children.refusals.answer()
            self.read += part.count
        return keys

    def ask(self, keys: Iterator[str]) -> None:
        """Ask about these parents, and keep every whole batch of answers."""
        what = f"{self.children.endpoint.name} {self.day}"
        reader, batch, cost = RecordReader(self.children.endpoint), list[_Answer](), Tally()
        with closing(self._ahead(keys)) as answers:
            for answer in answers:
                self.read += 1
                self._note(answer)
                self.spool.add(self.read, answer.records, self.day, reader.keys(answer.records), answer.key)
                batch.append(answer)
                cost.add(answer.cost)
                if len(batch) == BATCH:
                    self._keep(batch, cost)
                    batch, cost = [], Tally()
                self.children.say(f"{what}: {self.read:,} parents asked about")
        self.tally.add(cost)

    def _note(self, answer: _Answer) -> None:
        if answer.refusal is not None:
            self.children.tell(f"{self.children.endpoint.name} {self.day}: {answer.refusal}")
            self.missing.append(_note_missing(answer.key, answer.refusal))
        self.children.refusals.note(answer)

    def _keep(self, batch: list[_Answer], cost: Tally) -> None:
        answers = [(answer.key, answer.records) for answer in batch]
        missing = tuple(_note_missing(answer.key, answer.refusal) for answer in batch if answer.refusal is not None)
        facts = replace(self.children.facts(self.window, cost), missing=missing)
        self.parts.keep(self.read - len(batch) + 1, answers, facts)
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


def _note_missing(key: str, refusal: FinagoError) -> Missing:
    return Missing(key, type(refusal).__name__, refusal.status, refusal.trace_id)


def _tally_of(manifest: Manifest) -> Tally:
    return Tally(
        requests=manifest.requests,
        retries=manifest.retries,
        pages=manifest.pages,
        waited_seconds=manifest.waited_seconds,
        trace_ids=list(manifest.trace_ids),
    )
