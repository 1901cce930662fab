"""Endpoint + window + organization -> landed partitions: the one place where client, catalogue and store meet.

Owns the order of things: chains of one calendar month at most, in parallel, each published day by day when it ends.
Knows neither Dagster nor how bytes are stored.
"""

from __future__ import annotations

from collections import deque
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from finago_assets.core.calls import call_for, smallest_call, span
from finago_assets.core.catalogue.finago import ENDPOINTS, VERSION
from finago_assets.core.catalogue.model import Endpoint, Upper
from finago_assets.core.errors import FinagoError, NotFound, NotLanded, PageCapReached
from finago_assets.core.fiscal import fiscal_years
from finago_assets.core.http.call import Tally
from finago_assets.core.landing.store import ChainFacts, Outcome, Partition
from finago_assets.core.progress import silent
from finago_assets.core.records import RecordReader, inside
from finago_assets.core.windows import ONE_DAY, Window, oslo_today, utc_now, windows_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from datetime import date, datetime

    from finago_assets.core.http.client import FinagoClient
    from finago_assets.core.landing.store import Landed, RawStore, Spool

Item = TypeVar("Item")
Result = TypeVar("Result")


def _built_in() -> Mapping[str, Endpoint]:
    return ENDPOINTS


@dataclass(frozen=True, slots=True)
class Extractor:
    """Lands one organization. `run` marks every manifest, so that a re-execution knows what its predecessor landed.

    `catalogue` is where the parents of children are looked up.
    """

    client: FinagoClient
    store: RawStore
    organization: str
    run: str
    start_date: date
    concurrency: int = 4
    say: Callable[[str], None] = silent
    now: Callable[[], datetime] = field(default=utc_now)
    catalogue: Mapping[str, Endpoint] = field(default_factory=_built_in)

    def land_window(self, endpoint: Endpoint, window: Window, *, resume: bool = False) -> Iterator[Landed]:
        """Yield each landed day. With `resume`, days that this very run landed before are yielded, not fetched again.

        Raises the first chain's error after the chains in flight have landed; what was yielded stays landed.
        """
        kept = self._landed_by_this_run(endpoint, window) if resume else {}
        yield from (kept[day] for day in sorted(kept))
        todo = [month for run in windows_of(set(window.days) - set(kept)) for month in run.months()]
        if endpoint.is_child:
            yield from self._one_by_one(endpoint, todo)
        else:
            yield from self._side_by_side(endpoint, todo)

    def land_reference(self, endpoint: Endpoint) -> Landed:
        """Land the whole list under today's date in Oslo. Raises NotLanded for a child whose parent never landed."""
        today = oslo_today(self.now())
        window = Window(today, today + ONE_DAY)
        tally = Tally()
        with self.store.spool(endpoint, self.organization, window.days) as spool:
            if endpoint.parent is None:
                self._spool_whole(endpoint, today, spool, tally)
            else:
                parent = self.store.newest(endpoint.parent.endpoint, self.organization)
                keys = ((today, key) for key in self._parents(endpoint, parent))
                self._spool_children(endpoint, keys, spool, tally)
            (landed,) = spool.publish(self._facts(window, tally))
        return landed

    # -- windows

    def _one_by_one(self, endpoint: Endpoint, months: list[Window]) -> Iterator[Landed]:
        for month in months:
            yield from self._child_chain(endpoint, month)

    def _side_by_side(self, endpoint: Endpoint, months: list[Window]) -> Iterator[Landed]:
        reader = RecordReader(endpoint)
        with ThreadPoolExecutor(self.concurrency, thread_name_prefix=endpoint.name) as pool:
            waiting = deque(months)
            running: dict[Future[list[Landed]], Window] = {}
            failure: FinagoError | None = None
            while running or (waiting and failure is None):
                while waiting and failure is None and len(running) < self.concurrency:
                    month = waiting.popleft()
                    running[pool.submit(self._chain, endpoint, month, reader)] = month
                done, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    running.pop(future)
                    try:
                        yield from future.result()
                    except FinagoError as error:
                        failure = failure or error
            if failure is not None:
                raise failure

    def _chain(self, endpoint: Endpoint, window: Window, reader: RecordReader) -> list[Landed]:
        try:
            return self._read_chain(endpoint, window, reader)
        except PageCapReached:
            if len(window.days) == 1:
                raise
            self.say(f"{endpoint.name} {window}: more pages than the endpoint serves; asking for halves")
            return [landed for half in window.halves() for landed in self._chain(endpoint, half, reader)]

    def _read_chain(self, endpoint: Endpoint, window: Window, reader: RecordReader) -> list[Landed]:
        rule = endpoint.window
        if rule is None:
            raise ValueError(f"{endpoint.name} has no window")
        tally, rows = Tally(), 0
        surplus = window.end if rule.upper is Upper.UNKNOWN else None
        with self.store.spool(endpoint, self.organization, window.days) as spool:
            for page in self.client.pages(call_for(endpoint, span(rule, window)), tally):
                reading = reader.read(page.records)
                keep = inside(endpoint, window, reading, surplus)
                records, days, keys = page.records, reading.days, reading.keys
                if keep is not None:
                    records, days, keys = _pick(records, keep), _pick(days, keep), _pick(keys, keep)
                spool.add(page.number, records, days, keys)
                rows += len(records)
                self.say(f"{endpoint.name} {window}: page {page.number}, {rows:,} rows")
            return list(spool.publish(self._facts(window, tally)))

    def _child_chain(self, endpoint: Endpoint, window: Window) -> list[Landed]:
        tally = Tally()
        parents = (
            (day, key)
            for day in window.days
            for key in self._parents(endpoint, Partition(self._parent_of(endpoint).name, self.organization, day))
        )
        with self.store.spool(endpoint, self.organization, window.days) as spool:
            self._spool_children(endpoint, parents, spool, tally)
            return list(spool.publish(self._facts(window, tally)))

    # -- lists and children

    def _spool_whole(self, endpoint: Endpoint, today: date, spool: Spool, tally: Tally) -> None:
        reader = RecordReader(endpoint)
        asked = self._yearly(today) if endpoint.by_fiscal_year else [{}]
        number = 0
        for params in asked:
            for page in self.client.pages(call_for(endpoint, params), tally):
                number += 1
                spool.add(number, page.records, today, reader.keys(page.records))

    def _yearly(self, today: date) -> list[dict[str, str]]:
        newest = self.store.newest("fiscalperiods", self.organization)
        periods = [] if newest is None else [payload for _, payload in self.store.records(newest)]
        years = fiscal_years(periods, first=self.start_date, last=today)
        return [{"dateFrom": f"{year.start}", "dateTo": f"{year.end - ONE_DAY}"} for year in years]

    def _parents(self, endpoint: Endpoint, partition: Partition | None) -> Iterator[str]:
        parent = self._parent_of(endpoint)
        if partition is None or not self._has_landed(partition):
            self._ask_for_one(parent)
            when = "" if partition is None else f" for {partition.date}"
            raise NotLanded(
                f"{endpoint.name} is read once for each record of {parent.name}, which has not landed{when}; "
                f"materialize finago/{parent.name} first, or together with it."
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
        return manifest is not None and manifest.outcome is Outcome.LANDED

    def _ask_for_one(self, endpoint: Endpoint) -> None:
        """Raise Forbidden where a withheld scope is why the endpoint never landed: a skip, not a failure."""
        today = oslo_today(self.now())
        next(self.client.pages(smallest_call(endpoint, today, today), Tally()), None)

    def _spool_children(
        self, endpoint: Endpoint, parents: Iterable[tuple[date, str]], spool: Spool, tally: Tally
    ) -> None:
        reader = RecordReader(endpoint)
        answers = self._ahead(lambda parent: self._child(endpoint, *parent), parents)
        for read, (day, parent, records, spent) in enumerate(answers, start=1):
            tally.add(spent)
            spool.add(read, records, day, reader.keys(records), parent)
            self.say(f"{endpoint.name} {day}: {read:,} records of {self._parent_of(endpoint).name} asked about")

    def _child(self, endpoint: Endpoint, day: date, parent: str) -> tuple[date, str, list[bytes], Tally]:
        tally = Tally()
        try:
            pages = self.client.pages(call_for(endpoint, {}, parent), tally)
            return day, parent, [record for page in pages for record in page.records], tally
        except NotFound:
            # the parent was deleted since it landed; its children are gone with it
            return day, parent, [], tally

    def _ahead(self, read: Callable[[Item], Result], items: Iterable[Item]) -> Iterator[Result]:
        """Keep `concurrency` reads in flight and yield their results in the order of `items`."""
        with ThreadPoolExecutor(self.concurrency) as pool:
            flying: deque[Future[Result]] = deque()
            for item in items:
                flying.append(pool.submit(read, item))
                if len(flying) > self.concurrency:
                    yield flying.popleft().result()
            while flying:
                yield flying.popleft().result()

    # -- facts

    def _landed_by_this_run(self, endpoint: Endpoint, window: Window) -> dict[date, Landed]:
        landed = self.store.landed(endpoint.name, self.organization)
        return {day: fact for day, fact in landed.items() if day in window and fact.manifest.run == self.run}

    def _facts(self, window: Window, tally: Tally) -> ChainFacts:
        return ChainFacts(
            window=window,
            pages=tally.pages,
            requests=tally.requests,
            retries=tally.retries,
            waited_seconds=tally.waited_seconds,
            trace_ids=tuple(tally.trace_ids),
            fetched_at=self.now(),
            catalogue_version=VERSION,
            run=self.run,
        )


def _pick(values: list[Item], keep: list[int]) -> list[Item]:
    return [values[position] for position in keep]
