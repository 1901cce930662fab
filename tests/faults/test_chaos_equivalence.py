"""A thousand pages through a network that fails three times in ten: the same bytes as without a fault."""

from __future__ import annotations

import gzip
import hashlib
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import pytest

from finago_assets.core.errors import Transient
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.transport import (
    ConnectError,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Response,
)
from tests.core.http.office import API, Asked, Clock, Office, Stream, connection, lines, reply

if TYPE_CHECKING:
    from collections.abc import Callable

CHAINS: Final = 10
PAGES: Final = 100
ROWS: Final = 10
SHARE: Final = 0.3
ASSET_TRIES: Final = 3
GZIP: Final = {"Content-Encoding": "gzip"}


def raising(error: Exception) -> Response:
    raise error


def cut(body: bytes, hand: random.Random) -> bytes:
    return body[: hand.randrange(1, len(body))]


FAULTS: Final[dict[str, Callable[[bytes, random.Random], Response]]] = {
    "429 with seconds": lambda _, hand: reply(b"", 429, {"Retry-After": str(hand.randrange(1, 60))}),
    "429 without": lambda _body, _hand: reply(b"slow down", 429),
    "500": lambda _body, _hand: reply(b'{"error":{"name":"InternalError"}}', 500),
    "502": lambda _body, _hand: reply(b"<html>bad gateway</html>", 502, {"Content-Type": "text/html"}),
    "503": lambda _body, hand: reply(b"", 503, {"Retry-After": "2"} if hand.random() < 0.5 else {}),
    "504": lambda _body, _hand: reply(b"", 504),
    "connect": lambda _body, _hand: raising(ConnectError("refused")),
    "read timeout": lambda _body, _hand: raising(ReadTimeout("timed out")),
    "reset": lambda body, hand: reply(cut(body, hand), error=ReadError("reset by peer"), length=False),
    "short length": lambda body, hand: reply(cut(body, hand), headers={"Content-Length": str(len(body))}),
    "cut chunk": lambda body, hand: reply(cut(body, hand), error=RemoteProtocolError("incomplete chunk"), length=False),
    "cut, unannounced": lambda body, hand: reply(cut(body, hand), length=False),
    "cut gzip": lambda body, hand: reply(cut(gzip.compress(body, 1), hand), headers=GZIP),
    "HTML 200": lambda _body, _hand: reply(b"<!doctype html><p>maintenance", headers={"Content-Type": "text/html"}),
    "empty 200": lambda _body, _hand: reply(b""),
}


def body_of(chain: int, page: int) -> bytes:
    start = (chain * PAGES + page) * ROWS
    rows = (f'{{"id": {start + row}, "amount": {row}.10, "note": "bl\u00e5b\u00e6r"}}' for row in range(ROWS))
    return f"[{', '.join(rows)}]".encode()


@dataclass
class Network:
    """Answers page `page` of the chain that the day stands for, or one of the faults instead."""

    seed: int | None
    hand: random.Random = field(init=False)
    seen: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.hand = random.Random(self.seed)

    def answer(self, asked: Asked) -> Response:
        chain, page = int(asked.params["dateFrom"][-2:]), int(asked.params.get("page", "1"))
        body = body_of(chain, page)
        if self.seed is not None and self.hand.random() < SHARE:
            name = self.hand.choice(list(FAULTS))
            self.seen[name] = self.seen.get(name, 0) + 1
            return FAULTS[name](body, self.hand)
        query = asked.url.partition("?")[2].partition("&page=")[0]
        headers = {"Link": f'<{API}/transactionlines?{query}&page={page + 1}>; rel="next"'} if page < PAGES else {}
        if self.hand.random() < 0.5:
            return reply(gzip.compress(body, 1), headers={**headers, **GZIP})
        return Response(200, headers=headers, stream=Stream([body[:100], body[100:]]))


@dataclass
class Outcome:
    digest: str
    tally: Tally
    repeated: int
    network: Network


def landed(client: ApiClient, chain: int, tally: Tally) -> list[bytes]:
    call = lines(dateFrom=f"2026-01-{chain:02}")
    return [record for page in client.pages(call, tally) for record in page.records]


def run(seed: int | None) -> Outcome:
    """Every chain, each tried up to three times as an asset would be, into one digest."""
    network, clock, tally, repeated = Network(seed), Clock(), Tally(), 0
    digest = hashlib.sha256()
    hand = random.Random(seed)
    client = ApiClient(
        connection(),
        transport=Office(network.answer, lifetime=900),
        clock=clock,
        sleep=clock.sleep,
        random=hand.random,
        now=clock.now,
    )
    with client:
        for chain in range(CHAINS):
            for tries in range(ASSET_TRIES):
                try:
                    rows = landed(client, chain, tally)
                except Transient:
                    repeated += 1
                    assert tries < ASSET_TRIES - 1
                    continue
                digest.update(b"\n".join(rows))
                break
    return Outcome(digest.hexdigest(), tally, repeated, network)


def compare(seeds: range) -> None:
    calm = run(None)
    assert calm.tally.requests == CHAINS * PAGES
    outcomes = [run(seed) for seed in seeds]
    equal = sum(outcome.digest == calm.digest for outcome in outcomes)
    attempts = max(outcome.tally.requests / (CHAINS * PAGES) for outcome in outcomes)
    mean = sum(outcome.tally.requests for outcome in outcomes) / len(outcomes) / (CHAINS * PAGES)
    kinds = set().union(*(outcome.network.seen for outcome in outcomes))
    print(
        f"T3: digest equal {equal}/{len(outcomes)}, mean attempts {mean:.2f} (worst seed {attempts:.2f}), "
        f"{len(kinds)} kinds of fault, {sum(outcome.repeated for outcome in outcomes)} chains tried again, "
        f"0 untyped errors, {sum(outcome.tally.waited_seconds for outcome in outcomes) / 3600:.1f} virtual hours waited"
    )
    assert equal == len(outcomes)
    assert mean <= 1.50
    assert kinds == set(FAULTS)


def test_three_seeds_of_chaos_change_no_byte() -> None:
    compare(range(3))


@pytest.mark.slow
def test_twenty_seeds_of_chaos_change_no_byte() -> None:
    compare(range(20))
