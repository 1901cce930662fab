"""Tokens: asked for as documented, shared, renewed in time, refused in words that say what to do."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import pytest

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.errors import AuthRefused, FinagoError, Malformed, RateLimited, Unavailable
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.secret import Secret

from .office import API, CLIENT_SECRET, TOKEN_URL, Asked, Clock, Office, client_of, plain, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.transport import Response


def reply_with(granted: dict[str, object]) -> Callable[[], Response]:
    return lambda: reply(json.dumps(granted).encode())


def read(client: ApiClient) -> None:
    list(client.pages(plain(), Tally()))


def test_the_token_is_asked_for_with_a_form_and_sent_as_bearer() -> None:
    office = Office(lambda _: reply())
    with client_of(office, Clock()) as client:
        read(client)
    asked, call = office.asked
    assert asked.method == "POST"
    assert asked.authorization == ""
    assert dict(parse_qsl(asked.body.decode())) == {
        "grant_type": "client_credentials",
        "client_id": "client-id",
        "client_secret": CLIENT_SECRET,
        "audience": "https://api.24sevenoffice.com",
        "login_organization": "123456789012345",
    }
    assert (call.method, call.authorization) == ("GET", "Bearer token-1")


@pytest.mark.parametrize(
    ("lifetime", "lives"),
    [(3600, 3540), (600, 540), (60, 48), (10, 8), ("600", 540), (None, 3540), ("soon", 3540), (-5, 3540), (True, 3540)],
)
def test_a_token_is_renewed_before_it_expires(lifetime: object, lives: float) -> None:
    clock, office = Clock(), Office(lambda _: reply(), lifetime=lifetime)
    with client_of(office, clock) as client:
        read(client)
        clock.seconds += lives - 0.5
        read(client)
        assert office.tokens == 1
        clock.seconds += 1
        read(client)
    assert office.tokens == 2
    assert [call.authorization for call in office.calls] == ["Bearer token-1"] * 2 + ["Bearer token-2"]


def test_authenticating_alone_asks_for_a_token_and_nothing_else() -> None:
    office = Office(lambda _: reply())
    with client_of(office, Clock()) as client:
        client.authenticate()
        client.authenticate()
    assert (office.tokens, office.calls) == (1, [])


def test_a_401_is_answered_by_one_new_token() -> None:
    office = Office(lambda asked: reply(b"", 401) if asked.authorization == "Bearer token-1" else reply())
    with client_of(office, Clock()) as client:
        read(client)
        read(client)
    assert (office.tokens, len(office.calls)) == (2, 3)


def test_a_second_401_is_final_after_two_requests_and_one_renewal() -> None:
    office = Office(lambda _: reply(b"", 401))
    with client_of(office, Clock()) as client, pytest.raises(AuthRefused, match=r"GET /accounts.*FINAGO_CLIENT_ID"):
        read(client)
    assert (office.tokens, len(office.calls)) == (2, 2)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 422])
def test_refused_credentials_are_asked_about_once_and_remembered(status: int) -> None:
    body = json.dumps({"error": "access_denied", "error_description": f"not {CLIENT_SECRET}"}).encode()
    office = Office(lambda _: reply(), token=lambda _: reply(body, status))
    with client_of(office, Clock()) as client:
        for _ in range(3):
            with pytest.raises(AuthRefused, match="access_denied") as caught:
                read(client)
            assert CLIENT_SECRET not in str(caught.value)
    assert (office.tokens, office.calls) == (1, [])


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b'{"error": 7}', b'{"error": "client-secret-canary-5b1f0f4e"}', b'{"error":"x"}']
)
def test_only_known_words_of_a_refusal_are_repeated(body: bytes) -> None:
    office = Office(lambda _: reply(), token=lambda _: reply(body, 401))
    with client_of(office, Clock()) as client, pytest.raises(AuthRefused) as caught:
        read(client)
    assert "`" not in str(caught.value)
    assert CLIENT_SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind"),
    [((b"", 503), Unavailable), ((b"", 500), Unavailable), ((b"", 429), RateLimited), ((b"<html>", 200), Malformed)],
)
def test_trouble_at_the_token_endpoint_is_tried_again(answer: tuple[bytes, int], kind: type[FinagoError]) -> None:
    granted = reply_with({"access_token": "a"})
    office = Office(lambda _: reply())
    office.token = lambda _: reply(*answer) if office.tokens <= 3 else granted()
    with client_of(office, Clock()) as client:
        read(client)
    assert office.tokens == 4
    office = Office(lambda _: reply(), token=lambda _: reply(*answer))
    with client_of(office, Clock()) as client, pytest.raises(kind, match="token endpoint"):
        read(client)
    assert office.tokens == 8


@pytest.mark.parametrize(
    "granted",
    [
        {"access_token": "a b"},
        {"access_token": ""},
        {"access_token": "a\r\nX: y"},
        {"access_token": "x" * 20_000},
        {"access_token": "a", "token_type": "mac"},
        {"token_type": "Bearer"},
        {"access_token": 7},
    ],
)
def test_a_token_that_is_no_bearer_token_is_not_used(granted: dict[str, object]) -> None:
    office = Office(lambda _: reply(), token=lambda _: reply_with(granted)())
    with client_of(office, Clock()) as client, pytest.raises(Malformed):
        read(client)
    assert office.calls == []


class Mortal:
    """Two organizations, tokens that die after fifty uses, a token endpoint that fails one time in ten."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._uses: dict[str, int] = {}
        self.granted = self.failed = self.expired = self.served = self.strangers = 0

    def grant(self, body: bytes) -> bytes | None:
        organization = dict(parse_qsl(body.decode()))["login_organization"]
        with self._lock:
            if (self.granted + self.failed) % 10 == 9:
                self.failed += 1
                return None
            self.granted += 1
            token = f"{organization}.{self.granted}"
            self._uses[token] = 0
            return json.dumps({"access_token": token, "expires_in": 3600}).encode()

    def serve(self, organization: str, authorization: str) -> int:
        token = authorization.removeprefix("Bearer ")
        with self._lock:
            self.strangers += token.split(".")[0] != organization
            self._uses[token] += 1
            self.expired += self._uses[token] == 51
            self.served += self._uses[token] <= 50
            return 200 if self._uses[token] <= 50 else 401


def office_of(mortal: Mortal, organization: str) -> Office:
    def token(asked: Asked) -> Response:
        granted = mortal.grant(asked.body)
        return reply(b"", 503) if granted is None else reply(granted)

    return Office(lambda asked: reply(status=mortal.serve(organization, asked.authorization)), token=token)


def read_often(client: ApiClient, times: int) -> None:
    for _ in range(times):
        read(client)


def swarm(threads: int, requests: int) -> Mortal:
    mortal = Mortal()
    clients = []
    for organization in ("1001", "2002"):
        office = office_of(mortal, organization)
        clock = Clock()
        own = FinagoConnection(organization, "client-id", Secret(CLIENT_SECRET), API, TOKEN_URL)
        clients.append(ApiClient(own, transport=office, clock=clock, sleep=clock.sleep, now=clock.now))
    with ThreadPoolExecutor(2 * threads) as pool:
        jobs = [pool.submit(read_often, client, requests) for client in clients for _ in range(threads)]
        for job in jobs:
            job.result()
    for client in clients:
        client.close()
    return mortal


@pytest.mark.parametrize("requests", [60, pytest.param(1000, marks=pytest.mark.slow)])
def test_threads_share_one_token_of_their_own_organization(requests: int) -> None:
    threads = 8
    mortal = swarm(threads, requests)
    print(
        f"T19: {mortal.served} served, {mortal.granted} tokens granted for {mortal.expired} expiries + 2, "
        f"{mortal.failed} faults retried, {mortal.strangers} requests with another organization's token"
    )
    assert mortal.served == 2 * threads * requests
    assert mortal.strangers == 0
    assert mortal.granted == mortal.expired + 2
