"""A company in memory for landing: ledger lines, orders, customers and their children, in time that passes by request.

Owns what the extractor's tests share. What goes wrong, and when, is each test's own.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.extract import Extractor
from finago_assets.core.http.client import ApiClient
from finago_assets.core.outage import Patience
from finago_assets.core.progress import silent
from finago_assets.core.windows import Window
from tests.core.http.office import API, START, Asked, Clock, Office, connection, reply
from tests.core.landing.samples import KINDS, ORGANIZATION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.transport import Response
    from tests.core.landing.samples import Store

    Trouble = Callable[[Asked], Response | None]

LINES, ORDERS, ORDER_LINES = (ENDPOINTS[name] for name in ("transactionlines", "salesorders", "salesorder_lines"))
ACCOUNTS, CUSTOMERS, BANKS = (ENDPOINTS[name] for name in ("accounts", "customers", "customer_bankaccounts"))
DAY: Final = dt.timedelta(days=1)
TODAY: Final = START.date()
MONTH: Final = Window(dt.date(2026, 1, 1), dt.date(2026, 2, 1))


class SharedClock(Clock):
    """Virtual time that several threads move on."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()

    def sleep(self, seconds: float) -> None:
        with self._lock:
            super().sleep(seconds)

    def passes(self, seconds: float) -> None:
        with self._lock:
            self.seconds += seconds


class Killed(BaseException):
    """What ends a process, as far as it can be had within one."""


def well(_: Asked) -> Response | None:
    """Cause no trouble."""
    return None


@dataclass
class Company:
    """The far side. `trouble` is asked first, and by tokens too; `lines` and `orders` count the records of a day."""

    clock: SharedClock = field(default_factory=SharedClock)
    seconds_each: float = 0.5
    lines: dict[dt.date, int] = field(default_factory=dict)
    orders: dict[dt.date, int] = field(default_factory=dict)
    customers: int = 0
    per_page: int = 10
    token_lives: float = 3600.0
    trouble: Trouble = well
    office: Office = field(init=False)

    def __post_init__(self) -> None:
        self.office = Office(self._answer, token=self._token)

    def extractor(  # noqa: PLR0913  what a test may want to say of a landing
        self,
        store: Store,
        run: str = "run-1",
        *,
        concurrency: int = 4,
        patience: Patience | None = None,
        tell: Callable[[str], None] = silent,
        say: Callable[[str], None] = silent,
    ) -> Extractor:
        clock = self.clock
        client = ApiClient(
            connection(ORGANIZATION),
            transport=self.office,
            clock=clock,
            sleep=clock.sleep,
            random=random.Random(1).random,
            now=clock.now,
        )
        return Extractor(
            client,
            store,
            ORGANIZATION,
            run,
            MONTH.start,
            FINAGO.endpoints,
            concurrency,
            now=clock.now,
            tell=tell,
            say=say,
            patience=patience or Patience(clock=clock, sleep=clock.sleep),
        )

    def asked(self, part: str = "") -> list[Asked]:
        """Every request that has this in its path, those for tokens left out."""
        return [asked for asked in self.office.calls if part in asked.path]

    def _token(self, asked: Asked) -> Response:
        self.clock.passes(self.seconds_each)
        granted = {"access_token": f"token-{self.office.tokens}", "expires_in": self.token_lives}
        return self.trouble(asked) or reply(json.dumps(granted).encode())

    def _answer(self, asked: Asked) -> Response:
        self.clock.passes(self.seconds_each)
        return self.trouble(asked) or self._records(asked)

    def _records(self, asked: Asked) -> Response:
        parts = asked.path.removeprefix("/v1/").split("/")
        match parts:
            case ["accounts"]:
                return _listed(range(5))
            case ["transactionlines"]:
                return self._page(asked, "page", [*_dated(self.lines, asked.params, inclusive=False)])
            case ["salesorders"]:
                return self._page(asked, "continuationToken", [*_dated(self.orders, asked.params, inclusive=True)])
            case ["salesorders", order, "lines"]:
                return _listed(range(int(order) % 3))
            case ["customers"]:
                return self._page(asked, "page", [{"id": number} for number in range(self.customers)])
            case ["customers", customer, "bankaccounts"]:
                return reply(json.dumps([{"number": f"{customer}.{n}"} for n in range(int(customer) % 2)]).encode())
        raise AssertionError(asked.path)

    def _page(self, asked: Asked, name: str, found: list[dict[str, object]]) -> Response:
        size = min(int(asked.params["limit"]), self.per_page)
        page = int(asked.params.get(name, "1"))
        shown, more = found[(page - 1) * size : page * size], page * size < len(found)
        query = urlencode({**asked.params, "limit": str(size), name: str(page + 1)}, quote_via=quote)
        path = asked.path.removeprefix("/v1")
        return reply(json.dumps(shown).encode(), headers={"Link": f"<{API}{path}?{query}>; rel=next"} if more else {})


def _listed(numbers: range) -> Response:
    return reply(json.dumps([{"id": number} for number in numbers]).encode())


def _dated(counts: dict[dt.date, int], params: dict[str, str], *, inclusive: bool) -> Iterator[dict[str, object]]:
    first, last = (dt.date.fromisoformat(params[name]) for name in ("dateFrom", "dateTo"))
    number = 0
    for day, count in sorted(counts.items()):
        for _ in range(count):
            number += 1
            if first <= day < last + DAY * inclusive:
                yield {"id": number, "date": f"{day}"}


def every_day(count: int, window: Window = MONTH) -> dict[dt.date, int]:
    return dict.fromkeys(window.days, count)


def contents(store: Store, endpoint: Endpoint) -> dict[dt.date, list[tuple[str | None, bytes]]]:
    """Everything landed, by day."""
    landed = store.landed(endpoint.name, ORGANIZATION)
    return {day: list(store.records(one.partition)) for day, one in landed.items()}


def parts_below(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.part"))


def store_of(kind: str, folder: Path) -> Store:
    return KINDS[kind](folder)
