"""An outage costs the time that it lasts, and little traffic; what is no outage costs no time at all. Virtual time."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier, Event
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.core.errors import BadRequest, RateLimited, Timeout, Transient, Truncated, Unavailable
from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.transport import ConnectError, ReadTimeout
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.landing.store import Landed
from finago_assets.core.outage import Outage, Patience
from finago_assets.core.progress import silent
from finago_assets.core.windows import Window
from tests.core.company import (
    ACCOUNTS,
    BANKS,
    CUSTOMERS,
    LINES,
    MONTH,
    ORDER_LINES,
    ORDERS,
    Company,
    SharedClock,
    contents,
    every_day,
)
from tests.core.http.office import TOKEN_URL, Asked, connection, reply
from tests.core.landing.samples import ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.http.transport import Response
    from finago_assets.core.outage import Came
    from tests.core.company import Trouble
    from tests.core.landing.samples import Store

HALF_YEAR: Final = Window(dt.date(2025, 9, 1), dt.date(2026, 3, 1))
MINUTE: Final = 60.0


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return ParquetStore(tmp_path, "finago")


def refused() -> Response:
    raise ConnectError("refused")


def silence() -> Response:
    raise ReadTimeout("slow")


FAULTS: Final[dict[str, Callable[[], Response]]] = {
    "no connection": refused,
    "no answer": silence,
    "503": lambda: reply(b"", 503),
    "a proxy's page": lambda: reply(b"<html>down for maintenance</html>", 502),
    "half an answer": lambda: reply(b'[{"id"', headers={"Content-Length": "999"}),
    "429": lambda: reply(b"", 429),
}


class Down:
    """Away from the request numbered `at` on, for so many seconds of virtual time: the API, or the token endpoint."""

    def __init__(
        self, company: Company, at: int, seconds: float, fault: Callable[[], Response] = refused, *, token: bool = False
    ) -> None:
        self._clock = company.clock
        self._at = at
        self._seconds = seconds
        self._fault = fault
        self._token = token
        self.since: float | None = None
        self.seen = 0
        self.refused = 0

    def __call__(self, asked: Asked) -> Response | None:
        if (asked.url == TOKEN_URL) is not self._token:
            return None
        self.seen += 1
        if self.seen == self._at:
            self.since = self._clock.seconds
        if self.since is None or self._clock.seconds >= self.since + self._seconds:
            return None
        self.refused += 1
        return self._fault()


def land_all(company: Company, store: Store, window: Window, told: list[str] | None = None) -> None:
    extractor = company.extractor(store, tell=silent if told is None else told.append)
    list(extractor.land_window(LINES, window))
    list(extractor.land_window(ORDERS, window))
    list(extractor.land_window(ORDER_LINES, window))
    for endpoint in (ACCOUNTS, CUSTOMERS, BANKS):
        extractor.land_reference(endpoint)


def everything(store: Store) -> list[object]:
    return [contents(store, endpoint) for endpoint in (LINES, ORDERS, ORDER_LINES, ACCOUNTS, CUSTOMERS, BANKS)]


SMALL: Final = Window(dt.date(2026, 1, 20), dt.date(2026, 2, 10))


def small_company() -> Company:
    return Company(lines=every_day(3, SMALL), orders=every_day(2, SMALL), customers=30, token_lives=15)


@pytest.fixture(scope="module")
def calm(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[object], int]:
    """What lands without any trouble, and in how many requests."""
    company, store = small_company(), ParquetStore(tmp_path_factory.mktemp("calm"), "finago")
    land_all(company, store, SMALL)
    return everything(store), len(company.asked())


@pytest.mark.parametrize("minutes", [0.25, 1, 30, 44])
@pytest.mark.parametrize(("at", "token"), [(2, False), (9, False), (30, False), (75, False), (1, True), (2, True)])
def test_everything_lands_after_an_outage_of_the_api_or_of_the_token_endpoint(
    store: Store, calm: tuple[list[object], int], *, at: int, minutes: float, token: bool
) -> None:
    company, told = small_company(), list[str]()
    company.trouble = down = Down(company, at, minutes * MINUTE, token=token)
    land_all(company, store, SMALL, told)
    found, requests = calm
    assert everything(store) == found
    assert down.refused > 0
    # chains that were in flight begin again, of what has landed nothing is asked for again
    assert len(company.asked()) - (0 if token else down.refused) <= requests + 4 * 4
    assert down.refused <= 130
    if minutes > 2:
        assert told


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_every_passing_failure_is_sat_out(store: Store, fault: Callable[[], Response]) -> None:
    company = Company(lines=every_day(1))
    company.trouble = Down(company, 2, 30 * MINUTE, fault)
    assert len(list(company.extractor(store).land_window(LINES, MONTH))) == 31


def test_the_share_of_landings_that_survive_an_outage(tmp_path: Path) -> None:
    shares, ten_days = {}, Window(MONTH.start, dt.date(2026, 1, 11))
    for seconds in (15, 30, 60, 300, 1800, 2600, 3600):
        survived = sent = 0
        for at in (1, 2, 4, 6, 8):
            company = Company(lines=every_day(9), seconds_each=0.5)
            company.trouble = down = Down(company, at, seconds)
            try:
                list(
                    company.extractor(ParquetStore(tmp_path / f"{seconds}-{at}", "finago")).land_window(LINES, ten_days)
                )
            except Transient:
                pass
            else:
                survived += 1
            sent = max(sent, down.refused)
        shares[seconds] = survived / 5
        print(f"An outage of {seconds:>5} s: {survived * 20} % land, {sent} requests into it at the most")
    assert shares == {15: 1, 30: 1, 60: 1, 300: 1, 1800: 1, 2600: 1, 3600: 0}


@pytest.mark.parametrize("token", [False, True])
def test_a_total_outage_of_four_chains_is_given_up_after_45_minutes_and_130_requests(
    store: Store, *, token: bool
) -> None:
    company, told = Company(lines=every_day(1, HALF_YEAR), seconds_each=0.1, token_lives=30), list[str]()
    extractor, landed = company.extractor(store, tell=told.append), list[Landed]()
    landed.extend(extractor.land_window(LINES, Window(HALF_YEAR.start, dt.date(2025, 10, 1))))
    down, started = Down(company, 1, 10**9, token=token), company.clock.seconds + 60
    begun, together = set[str](), Barrier(4)

    def away(asked: Asked) -> Response | None:
        # virtual time runs for a thread that has not begun, too: let all four begin at the same moment
        month = asked.params.get("dateFrom")
        if month is not None and month not in begun:
            begun.add(month)
            together.wait(10)
        return down(asked)

    company.trouble = away
    company.clock.passes(60)
    with pytest.raises(Unavailable):
        landed.extend(extractor.land_window(LINES, HALF_YEAR, resume=True))
    waited = (company.clock.seconds - started) / MINUTE
    print(f"A total outage of the {'token endpoint' if token else 'API'}: given up after {waited:.0f} min,")
    print(f"{down.refused} requests from four chains, {len(told)} lines in the log")
    assert waited >= 45
    # one thread fetches the token for all, so that the four cannot be made to begin together: 141 and 145 were seen
    assert down.refused <= (150 if token else 130)
    if not token:
        assert waited < 50
        assert len(told) <= 12
    # kept, and yielded again, by the second call
    assert [one.partition.date.month for one in landed] == [9] * 60


def test_each_pause_is_told_with_the_oslo_time_of_the_next_try_and_the_end_too(store: Store) -> None:
    company, told = Company(lines=every_day(1), seconds_each=0), list[str]()
    company.trouble = Down(company, 2, 8 * MINUTE, lambda: reply(b"", 503))
    extractor = company.extractor(store, tell=told.append, concurrency=1)
    list(extractor.land_window(LINES, MONTH))
    assert len(told) == 6
    # it was 13:16:40 in Oslo, eight attempts take half a minute, and the first pause a quarter of one
    assert re.fullmatch(
        r"transactionlines 2026-01-01\.\.\.2026-01-31: the API, or its token endpoint, cannot be reached or is in "
        r"trouble \(status 503\)\. Next try at 13:17:\d\d \(Oslo\); without an answer by 14:01:40 \(Oslo\) this run "
        r"gives up\. What has landed stays landed\.",
        told[0],
    )
    assert re.search(r"answers come again, after [89]\.\d min", told[-1])


def test_pauses_double_from_a_quarter_of_a_minute_to_five_minutes_and_the_last_try_is_when_patience_ends() -> None:
    clock, told = SharedClock(), list[str]()
    with pytest.raises(Unavailable):
        outage_of(clock, told).sat_out("a list", broken(Unavailable("away")))
    assert clock.slept[:7] == [15, 30, 60, 120, 240, 300, 300]
    assert sum(clock.slept) == 45 * MINUTE
    assert len(told) == len(clock.slept)


def test_whoever_has_patience_for_a_week_is_asked_again_every_five_minutes_until_the_end() -> None:
    clock = SharedClock()
    outage = Outage(Patience(10**9, clock=clock, sleep=clock.sleep), silent, clock.now, lambda: None)

    def read(_: Came) -> str:
        if len(clock.slept) < 2000:
            raise Unavailable("away")
        return "read"

    assert outage.sat_out("a list", read) == "read"
    assert set(clock.slept[5:]) == {300}


def outage_of(
    clock: SharedClock, told: list[str] | None = None, recovered: Callable[[], None] = lambda: None
) -> Outage:
    tell = silent if told is None else told.append
    return Outage(Patience(clock=clock, sleep=clock.sleep), tell, clock.now, recovered)


def broken(error: BaseException, pages: int = 0, times: int = 10**9) -> Callable[[Came], str]:
    """Read so many pages, then raise; after so many times read to the end."""
    left = [times]

    def read(came: Came) -> str:
        assert times - left[0] < 100
        for _ in range(pages):
            came()
        if left[0] == 0:
            return "read"
        left[0] -= 1
        raise error

    return read


@pytest.mark.parametrize("error", [BadRequest("no"), KeyError("no"), KeyboardInterrupt()])
def test_any_other_error_is_raised_at_once(error: BaseException) -> None:
    clock = SharedClock()
    with pytest.raises(type(error)):
        outage_of(clock).sat_out("a list", broken(error))
    assert clock.slept == []


@pytest.mark.parametrize("error", [Unavailable("x"), Timeout("x"), Truncated("x"), RateLimited("x")])
def test_a_passing_error_is_waited_out_and_retries_are_restored(error: Transient) -> None:
    clock, restored = SharedClock(), list[float]()
    outage = outage_of(clock, recovered=lambda: restored.append(clock.seconds))
    assert outage.sat_out("a list", broken(error, times=3)) == "read"
    assert (clock.slept, len(restored)) == ([15, 30, 60], 1)


def test_no_patience_is_no_waiting() -> None:
    clock = SharedClock()
    outage = Outage(Patience(seconds=0, clock=clock, sleep=clock.sleep), silent, clock.now, lambda: None)
    with pytest.raises(Unavailable):
        outage.sat_out("a list", broken(Unavailable("away")))
    assert clock.slept == []


def test_a_page_further_than_ever_is_progress_and_the_same_pages_again_are_none() -> None:
    clock = SharedClock()
    with pytest.raises(Unavailable):
        outage_of(clock).sat_out("a list", broken(Unavailable("away"), pages=3))
    assert sum(clock.slept) == 45 * MINUTE
    clock, further = SharedClock(), [0]

    def read(came: Came) -> str:
        further[0] += 1
        for _ in range(further[0]):
            came()
        if further[0] < 300:
            raise Unavailable("away")
        return "read"

    assert outage_of(clock).sat_out("a list", read) == "read"
    assert sum(clock.slept) > 45 * MINUTE


def test_a_chain_that_always_breaks_is_given_up_while_the_others_land(store: Store) -> None:
    def third_page_of_october(asked: Asked) -> Response | None:
        october = asked.params.get("dateFrom") == "2025-10-01" and asked.params.get("page") == "3"
        return reply(b"", 500) if october else None

    company = Company(lines=every_day(2, HALF_YEAR), trouble=third_page_of_october)
    landed = list[Landed]()
    with pytest.raises(Unavailable):
        landed.extend(company.extractor(store).land_window(LINES, HALF_YEAR))
    assert {one.partition.date.month for one in landed} >= {9, 11, 12}
    assert all(one.partition.date.month != 10 for one in landed)
    assert len(company.asked()) < 6 * 7 + 16 * 10


def test_chains_that_land_meanwhile_are_yielded_and_not_asked_for_again(store: Store) -> None:
    company, landed, again = Company(lines=every_day(2, HALF_YEAR), per_page=100), list[dt.date](), list[str]()

    def october_is_away(asked: Asked) -> Response | None:
        month, have_landed = asked.params.get("dateFrom", "")[5:7], {f"{day.month:02}" for day in landed}
        if month in have_landed:
            again.append(asked.url)
        return reply(b"", 503) if month == "10" and len(have_landed) < 5 else None

    company.trouble = october_is_away
    clock = company.clock
    extractor = company.extractor(store, patience=Patience(10**9, clock=clock, sleep=clock.sleep))
    landed.extend(one.partition.date for one in extractor.land_window(LINES, HALF_YEAR))
    assert sorted(landed) == list(HALF_YEAR.days)
    assert landed[-1].month == 10
    # what was under way while October slept may have been late for its deadline and asked again: they share a clock
    assert again == []


def test_after_an_outage_that_used_up_every_retry_a_single_failure_stops_nothing(store: Store) -> None:
    company, told, after = Company(lines=every_day(3)), list[str](), list[str]()
    down = Down(company, 3, 40 * MINUTE)

    def once_more(asked: Asked) -> Response | None:
        answer = down(asked)
        if answer is None and down.refused and asked.authorization:
            after.append(asked.url)
        return reply(b"", 503) if answer is None and len(after) == 3 else answer

    company.trouble = once_more
    clock = company.clock
    patience = Patience(longest_pause=60, clock=clock, sleep=clock.sleep)
    extractor = company.extractor(store, concurrency=1, tell=told.append, patience=patience)
    assert len(list(extractor.land_window(LINES, MONTH))) == 31
    # a hundred retries, and one request at each of the last pauses
    assert 100 < down.refused < 150
    assert [("come again" in line) for line in told] == [False] * (len(told) - 1) + [True]


def asking_for(seconds: str, times: int = 1) -> Trouble:
    left = [times]

    def trouble(asked: Asked) -> Response | None:
        if not asked.authorization or left[0] == 0:
            return None
        left[0] -= 1
        return reply(b"", 429, {"Retry-After": seconds})

    return trouble


@pytest.mark.parametrize("seconds", [121, 1800, 3600])
def test_a_pause_that_the_server_asks_for_is_sat_out_up_to_an_hour(store: Store, seconds: int) -> None:
    company, told = Company(trouble=asking_for(str(seconds))), list[str]()
    company.extractor(store, tell=told.append).land_reference(ACCOUNTS)
    assert len(company.asked()) == 2
    assert company.clock.slept == [pytest.approx(seconds, abs=1)]
    assert "asks to be left alone (status 429). Next try at" in told[0]


@pytest.mark.parametrize("seconds", ["3601", "31622400", "1795906000000", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_longer_one_is_refused_at_once_with_the_time_that_was_asked_for(store: Store, seconds: str) -> None:
    company = Company(trouble=asking_for(seconds))
    with pytest.raises(RateLimited, match="Not before 20") as caught:
        company.extractor(store).land_reference(ACCOUNTS)
    assert caught.value.retry_at is not None
    asked = (caught.value.retry_at - company.clock.now()).total_seconds()
    assert asked == (3601 if seconds == "3601" else pytest.approx(366 * 86400, abs=2))
    assert (len(company.asked()), company.clock.slept) == (1, [])


def test_an_hour_of_pauses_in_a_row_is_enough(store: Store) -> None:
    company = Company(trouble=asking_for("900", times=99))
    with pytest.raises(RateLimited):
        company.extractor(store).land_reference(ACCOUNTS)
    assert sum(company.clock.slept) == pytest.approx(3600, abs=5)
    company = Company(lines=every_day(9), trouble=asking_for("900", times=4))
    assert len(list(company.extractor(store).land_window(LINES, MONTH))) == 31


def test_a_pause_that_another_process_was_asked_for_is_sat_out_too_and_an_absurd_one_ends(
    store: Store, tmp_path: Path
) -> None:
    company, told = Company(), list[str]()
    clock = company.clock

    def budget() -> RequestBudget:
        return RequestBudget(
            tmp_path, "finago", ORGANIZATION, 0, now=lambda: clock.now().timestamp(), sleep=clock.sleep
        )

    budget().pause(31_622_400)
    extractor = company.extractor(store, tell=told.append)
    client = ApiClient(
        connection(ORGANIZATION),
        budget=budget(),
        transport=company.office,
        clock=clock,
        sleep=clock.sleep,
        now=clock.now,
    )
    replace(extractor, client=client).land_reference(ACCOUNTS)
    assert len(company.asked()) == 1
    assert sum(clock.slept) == pytest.approx(3600, abs=1)
    assert len(told) == 2


def test_others_go_on_where_the_one_that_asks_for_all_fails_for_good() -> None:
    clock, asked = SharedClock(), Event()
    outage = outage_of(clock)
    left = [BadRequest("no"), Unavailable("away")]

    def first(_: Came) -> str:
        raise left.pop()

    def second(_: Came) -> str:
        if not asked.is_set():
            asked.set()
            raise Unavailable("away")
        return "read"

    with ThreadPoolExecutor(2) as pool, outage:
        failing = pool.submit(outage.sat_out, "one", first)
        reading = pool.submit(outage.sat_out, "other", second)
        assert reading.result(10) == "read"
        assert isinstance(failing.exception(10), BadRequest)


def test_one_of_many_asks_and_the_others_follow_it() -> None:
    clock, told, tries = SharedClock(), list[str](), [0]
    outage = outage_of(clock, told)
    until = clock.seconds + 20 * MINUTE

    def read(_: Came) -> str:
        tries[0] += 1
        if clock.seconds < until:
            raise Unavailable("away")
        return "read"

    with ThreadPoolExecutor(16) as pool, outage:
        reading = [pool.submit(outage.sat_out, f"{number}", read) for number in range(16)]
        assert {one.result(10) for one in reading} == {"read"}
    # 16 at first, one at a time for twenty minutes, 16 when it is over
    assert tries[0] <= 16 + 9 + 16
    assert len(told) <= 10


def test_a_landing_that_is_abandoned_waits_for_nothing(store: Store) -> None:
    company = Company(lines=every_day(1, HALF_YEAR))
    company.trouble = lambda asked: reply(b"", 503) if asked.params.get("dateFrom") == "2025-10-01" else None
    told, waiting = list[str](), Event()

    def tell(line: str) -> None:
        told.append(line)
        waiting.set()

    # in real time: a pause that nobody sits out
    extractor = company.extractor(store, patience=Patience(seconds=40, first_pause=40), tell=tell)
    landing = extractor.land_window(LINES, HALF_YEAR)
    assert isinstance(landing, Generator)
    assert next(landing).partition.date.month != 10
    assert waiting.wait(30)
    started = time.monotonic()
    landing.close()
    assert time.monotonic() - started < 30
    assert not any("come again" in line for line in told)
