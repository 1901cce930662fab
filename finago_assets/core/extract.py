"""Endpoint + window + organization -> landed partitions: the one place where client, catalogue and store meet.

Owns the order of things: chains of one calendar month at most, side by side, each published when it ends; children day
by day. Knows neither Dagster nor how bytes are stored.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from finago_assets.core.agreement import Agreement, Census
from finago_assets.core.calls import call_for, smallest_call, span
from finago_assets.core.catalogue.model import Endpoint, Paging, Upper
from finago_assets.core.children import Children, ChildrenOfDay
from finago_assets.core.errors import FinagoError, NotLanded, PageCapReached, TooLarge
from finago_assets.core.http.call import Tally
from finago_assets.core.landing.store import ChainFacts, LandingOutcome, Partition
from finago_assets.core.outage import Outage, Patience
from finago_assets.core.progress import silent
from finago_assets.core.records import RecordReader, inside
from finago_assets.core.window_pages import pages_within
from finago_assets.core.windows import ONE_DAY, Window, oslo_today, utc_now, windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import date, datetime

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.landing.model import Spool
    from finago_assets.core.landing.store import Landed, RawStore
    from finago_assets.core.outage import Came

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Extractor:
    """Lands one organization. `run` marks every manifest, so that a re-execution knows what its predecessor landed.

    `say` is told how far it has come, `tell` that it sits out an outage and until when, which it does while `patience`
    lasts. `catalogue` has the endpoints of the API, where the parents of children are looked up.
    `lookback_days`: what is younger may be edited while it is read, and so are lists.
    """

    client: ApiClient
    store: RawStore
    organization: str
    run: str
    start_date: date
    catalogue: Mapping[str, Endpoint]
    concurrency: int = 4
    say: Callable[[str], None] = silent
    now: Callable[[], datetime] = field(default=utc_now)
    tell: Callable[[str], None] = silent
    patience: Patience = field(default_factory=Patience)
    lookback_days: int = 35

    def land_window(self, endpoint: Endpoint, window: Window, *, resume: bool = False) -> Iterator[Landed]:
        """Yield each landed day. With `resume`, days that this very run landed before are yielded, not fetched again.

        Children land day by day, in order; those of a day with very many parents resume within the day. Days on which
        every parent is refused land once another day's is answered for, and raise the refusal where none is. Transient
        errors are sat out. Raises the first chain's error after the chains in flight have landed; what was yielded
        stays landed.
        """
        landed = self._landed_by_this_run(endpoint) if resume else {}
        kept = {day: landed[day] for day in window.days if day in landed}
        yield from kept.values()
        months = [month for run in windows_of(set(window.days) - set(kept)) for month in run.months()]
        if endpoint.is_child:
            children = self._children(endpoint, self._outage())
            if any(one.manifest.rows for one in kept.values()):
                children.refusals.answer()
            yield from self._day_by_day(children, months, resume=resume)
        else:
            longest = None if endpoint.window is None else endpoint.window.max_days
            yield from self._side_by_side(endpoint, [part for month in months for part in month.at_most(longest)])

    def land_reference(self, endpoint: Endpoint, *, resume: bool = False) -> Landed:
        """Land the whole list under today's date in Oslo. Transient errors are sat out.

        With `resume`, children are asked for only as far as this very run has not kept them already, none of them where
        it landed them all; other lists cost a request or a few, and are fetched again. Raises NotLanded for a child
        whose parent never landed.
        """
        outage = self._outage()
        if endpoint.parent is None:
            return outage.sat_out(endpoint.name, lambda came: self._whole_list(endpoint, came))
        if resume and (landed := self._landed_by_this_run(endpoint)):
            return landed[max(landed)]
        parent = self.store.newest(endpoint.parent.endpoint, self.organization)
        keys = self._parents(endpoint, parent, outage)
        parts = self.store.parts(endpoint, self.organization, None, self.run)
        today = oslo_today(self.now())
        with self.store.spool(endpoint, self.organization, [today]) as spool:
            children = self._children(endpoint, outage)
            read = children.read(spool, today, keys, parts, resume=resume)
            children.refusals.settle()
            return read.publish()

    # -- windows

    def _side_by_side(self, endpoint: Endpoint, months: list[Window]) -> Iterator[Landed]:
        reader, outage = RecordReader(endpoint), self._outage()
        with ThreadPoolExecutor(self.concurrency, thread_name_prefix=endpoint.name) as pool, outage:
            waiting = deque(months)
            running: dict[Future[list[Landed]], Window] = {}
            failure: FinagoError | None = None
            while running or (waiting and failure is None):
                while waiting and failure is None and len(running) < self.concurrency:
                    month = waiting.popleft()
                    running[pool.submit(self._chain, endpoint, month, reader, outage)] = month
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    running.pop(future)
                    try:
                        yield from future.result()
                    except FinagoError as error:
                        failure = failure or error
            if failure is not None:
                raise failure

    def _chain(self, endpoint: Endpoint, window: Window, reader: RecordReader, outage: Outage) -> list[Landed]:
        try:
            return outage.sat_out(
                f"{endpoint.name} {window}", lambda came: self._read_chain(endpoint, window, reader, came)
            )
        except (PageCapReached, TooLarge) as error:
            # what comes in one answer is smaller for fewer days; a page is as large as it is
            if len(window.days) == 1 or (isinstance(error, TooLarge) and endpoint.paging is not Paging.NONE):
                raise
            self.say(f"{endpoint.name} {window}: more than the endpoint serves at once; asking for halves")
            return [landed for half in window.halves() for landed in self._chain(endpoint, half, reader, outage)]

    def _read_chain(self, endpoint: Endpoint, window: Window, reader: RecordReader, came: Came) -> list[Landed]:
        rule = endpoint.window
        if rule is None:
            raise ValueError(f"{endpoint.name} has no window")
        surplus = window.end if rule.upper is Upper.UNKNOWN else None
        call = call_for(endpoint, span(rule, window))

        def read(spool: Spool) -> tuple[Census, Tally]:
            census, cost = Census(), Tally()
            for page in pages_within(self.client, endpoint, window, call, cost):
                came()
                reading = reader.read(page.records)
                census.count(page.records, reading.keys)
                keep = inside(endpoint, window, reading, surplus)
                records, days, keys = page.records, reading.days, reading.keys
                if keep is not None:
                    records, days, keys = _pick(records, keep), _pick(days, keep), _pick(keys, keep)
                spool.add(page.number, records, days, keys)
                self.say(f"{endpoint.name} {window}: page {page.number}, {census.rows:,} rows")
            census.pages = cost.pages
            return census, cost

        agreement = Agreement(f"{endpoint.request} for {window}", careful=self._may_be_edited(window))
        return self._agreed(endpoint, window, agreement, read)

    def _agreed(
        self, endpoint: Endpoint, window: Window, agreement: Agreement, read: Callable[[Spool], tuple[Census, Tally]]
    ) -> list[Landed]:
        """Land what `read` spools once it is one answer; every reading counts into the cost."""
        tally = Tally()
        while True:
            with self.store.spool(endpoint, self.organization, window.days) as spool:
                census, cost = read(spool)
                tally.take(cost)
                if agreement.holds(census):
                    return list(spool.publish(self._facts(endpoint, window, tally)))
            self.say(f"{endpoint.name} {window}: reading it once more, to see that nothing moved meanwhile")

    def _day_by_day(self, children: Children, months: list[Window], *, resume: bool) -> Iterator[Landed]:
        endpoint, refusals = children.endpoint, children.refusals
        parent, waiting = self._parent_of(endpoint), deque[ChildrenOfDay]()
        with ExitStack() as spools:
            for month in months:
                spool = spools.enter_context(self.store.spool(endpoint, self.organization, month.days))
                for day in month.days:
                    keys = self._parents(
                        endpoint, Partition(parent.source.name, parent.name, self.organization, day), children.outage
                    )
                    parts = self.store.parts(endpoint, self.organization, day, self.run)
                    try:
                        waiting.append(children.read(spool, day, keys, parts, resume=resume))
                    except NotLanded:
                        # a withheld scope of the days before says more than that the days stop here
                        refusals.settle()
                        raise
                    while waiting and not refusals.of_all:
                        yield waiting.popleft().publish()
                if not waiting:
                    spools.close()
            refusals.settle()

    # -- lists and children

    def _whole_list(self, endpoint: Endpoint, came: Came) -> Landed:
        today = oslo_today(self.now())
        reader = RecordReader(endpoint)
        calls = [call_for(endpoint, params) for params in self._pieces(endpoint, today)]

        def read(spool: Spool) -> tuple[Census, Tally]:
            census, cost, number = Census(), Tally(), 0
            for call in calls:
                own = Tally()
                for page in self.client.pages(call, own):
                    came()
                    number += 1
                    keys = reader.keys(page.records)
                    census.count(page.records, keys)
                    spool.add(number, page.records, today, keys)
                census.pages = max(census.pages, own.pages)
                cost.add(own)
            return census, cost

        agreement = Agreement(endpoint.request, careful=not endpoint.is_log)
        (landed,) = self._agreed(endpoint, Window(today, today + ONE_DAY), agreement, read)
        return landed

    def _pieces(self, endpoint: Endpoint, today: date) -> list[dict[str, str]]:
        """Return the parameters of every request that the whole list takes: mostly one, without any."""
        if endpoint.pieces is None:
            return [{}]
        newest = self.store.newest(endpoint.pieces.of, self.organization)
        records = [] if newest is None else [payload for _, payload in self.store.records(newest)]
        return endpoint.pieces.params(records, self.start_date, today)

    def _parents(self, endpoint: Endpoint, partition: Partition | None, outage: Outage) -> Iterator[str]:
        parent = self._parent_of(endpoint)
        if partition is None or not self._has_landed(partition):
            outage.sat_out(parent.name, lambda _: self._ask_for_one(parent))
            when = "" if partition is None else f" for {partition.date}"
            raise NotLanded(
                f"{endpoint.name} is read once for each record of {parent.name}, which has not landed{when}; "
                f"materialize {parent.source.name}/{parent.name} first, or together with it."
            )
        reader = RecordReader(parent)
        for _, payload in self.store.records(partition):
            (key,) = reader.keys([payload])
            if key is not None:
                yield key

    def _parent_of(self, endpoint: Endpoint) -> Endpoint:
        if endpoint.parent is None:
            raise ValueError(f"{endpoint.name} has no parent")
        return self.catalogue[endpoint.parent.endpoint]

    def _has_landed(self, partition: Partition) -> bool:
        manifest = self.store.manifest(partition)
        return manifest is not None and manifest.outcome is LandingOutcome.LANDED

    def _ask_for_one(self, endpoint: Endpoint) -> None:
        """Raise Forbidden where a withheld scope is why the endpoint never landed: a skip, not a failure."""
        today = oslo_today(self.now())
        next(self.client.pages(smallest_call(endpoint, today, today), Tally()), None)

    def _children(self, endpoint: Endpoint, outage: Outage) -> Children:
        return Children(
            endpoint,
            self.client,
            outage,
            self.concurrency,
            self.say,
            partial(self._facts, endpoint),
            self._may_be_edited,
            self.tell,
        )

    def _may_be_edited(self, window: Window) -> bool:
        return window.end > oslo_today(self.now()) - timedelta(days=self.lookback_days)

    def _outage(self) -> Outage:
        return Outage(self.patience, self.tell, self.now, self.client.restore_retries)

    # -- facts

    def _landed_by_this_run(self, endpoint: Endpoint) -> dict[date, Landed]:
        landed = self.store.landed(endpoint.name, self.organization)
        return {day: fact for day, fact in landed.items() if fact.manifest.run == self.run}

    def _facts(self, endpoint: Endpoint, window: Window, tally: Tally) -> ChainFacts:
        return ChainFacts(
            window=window,
            pages=tally.pages,
            requests=tally.requests,
            retries=tally.retries,
            waited_seconds=tally.waited_seconds,
            trace_ids=tuple(tally.trace_ids),
            fetched_at=self.now(),
            catalogue_version=endpoint.source.version,
            run=self.run,
            redaction=self.client.redaction,
        )


def _pick(values: Sequence[Item], keep: list[int]) -> list[Item]:
    return [values[position] for position in keep]
