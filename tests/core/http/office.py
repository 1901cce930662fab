"""An API in memory, answering at the level of the transport: streams that break, clocks that only move when told to.

Owns what the client's tests share. No sockets; the tests that need real ones bring their own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.catalogue.model import Paging
from finago_assets.core.http.call import Call
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.transport import BaseTransport, Request, Response, SyncByteStream

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

API = "https://api.example.test/v1"
TOKEN_URL = "https://login.example.test/oauth/token"
CLIENT_SECRET = "client-secret-canary-5b1f0f4e"
LINES = frozenset({"dateFrom", "dateTo", "page", "limit", "includeDimensions"})
ORDERS = frozenset({"dateFrom", "dateTo", "limit", "continuationToken"})
START = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


class Clock:
    """Virtual time for deadlines, sleeping and dates alike."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        assert 0 <= seconds < 100_000
        self.slept.append(seconds)
        self.seconds += seconds

    def now(self) -> datetime:
        return START + timedelta(seconds=self.seconds)


class Stream(SyncByteStream):
    """Chunks, then possibly an error; `between` runs before each chunk."""

    def __init__(
        self, chunks: Iterable[bytes], error: Exception | None = None, between: Callable[[], None] | None = None
    ) -> None:
        self._chunks = chunks
        self._error = error
        self._between = between

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            if self._between is not None:
                self._between()
            yield chunk
        if self._error is not None:
            raise self._error


def reply(
    body: bytes = b"[]",
    status: int = 200,
    headers: Mapping[str, str] | Iterable[tuple[str, str]] = (),
    *,
    error: Exception | None = None,
    length: bool = True,
) -> Response:
    """A streamed answer; `length=False` leaves the announcement of its size out."""
    own = list(headers.items()) if isinstance(headers, Mapping) else list(headers)
    length = length and "content-length" not in [name.lower() for name, _ in own]
    announced = [("Content-Length", str(len(body)))] if length else []
    lines = [(name.encode(), value.encode("latin-1")) for name, value in [*announced, *own]]
    return Response(status, headers=lines, stream=Stream([body] if body else [], error))


def records(first: int, last: int) -> bytes:
    return json.dumps([{"id": number, "amount": 1.10} for number in range(first, last)]).encode()


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it arrived; `number` counts those that are not for a token, from 1."""

    number: int
    method: str
    host: str
    path: str
    params: dict[str, str]
    authorization: str
    body: bytes
    url: str


@dataclass(slots=True)
class Office(BaseTransport):
    """Hands out tokens, unless `token` does that, and lets `answer` decide the rest."""

    answer: Callable[[Asked], Response]
    token: Callable[[Asked], Response] | None = None
    lifetime: object = 3600
    asked: list[Asked] = field(default_factory=list)
    tokens: int = 0
    _lock: Lock = field(default_factory=Lock)

    def handle_request(self, request: Request) -> Response:
        body = request.read()
        with self._lock:
            seen = self._noted(request, body)
        if str(request.url) != TOKEN_URL:
            return self.answer(seen)
        return self._granted() if self.token is None else self.token(seen)

    def _noted(self, request: Request, body: bytes) -> Asked:
        is_token = str(request.url) == TOKEN_URL
        self.tokens += is_token
        seen = Asked(
            len(self.asked) + 1 - self.tokens,
            request.method,
            request.url.host,
            request.url.path,
            dict(parse_qsl(request.url.query.decode(), keep_blank_values=True)),
            request.headers.get("authorization", ""),
            body,
            str(request.url),
        )
        self.asked.append(seen)
        return seen

    def _granted(self) -> Response:
        granted = {"access_token": f"token-{self.tokens}", "token_type": "Bearer", "expires_in": self.lifetime}
        if self.lifetime is None:
            del granted["expires_in"]
        return reply(json.dumps(granted).encode())

    @property
    def calls(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.url != TOKEN_URL]


def connection(organization: str = "123456789012345") -> FinagoConnection:
    return FinagoConnection(organization, "client-id", Secret(CLIENT_SECRET), API, TOKEN_URL)


def client_of(
    office: BaseTransport, clock: Clock, policy: RetryPolicy | None = None, random: Callable[[], float] = lambda: 0.5
) -> ApiClient:
    return ApiClient(
        connection(),
        policy=policy or RetryPolicy(),
        transport=office,
        clock=clock,
        sleep=clock.sleep,
        random=random,
        now=clock.now,
    )


def lines(**params: str) -> Call:
    own = {"dateFrom": "2026-01-01", "dateTo": "2026-02-01", **params}
    return Call("/transactionlines", "/transactionlines", own, LINES, Paging.PAGE, scopes=("api.ledger:read",))


def orders(**params: str) -> Call:
    own = {"dateFrom": "2026-01-01", "dateTo": "2026-02-01", **params}
    return Call("/salesorders", "/salesorders", own, ORDERS, Paging.TOKEN)


def plain(*, single: bool = False) -> Call:
    return Call("/accounts", "/accounts", {}, frozenset(), Paging.NONE, scopes=("api.account:read",), single=single)
