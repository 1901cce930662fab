"""What crosses the client's border: pages, or one typed error in words that help and leak nothing."""

from __future__ import annotations

import gzip
import json
import logging
import traceback
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    Blocked,
    FinagoError,
    Forbidden,
    Malformed,
    NotFound,
    Timeout,
    TooLarge,
    Truncated,
    Unavailable,
)
from finago_assets.core.http.call import Tally
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import ConnectError, ReadError, ReadTimeout, RemoteProtocolError, Response

from .office import API, CLIENT_SECRET, Asked, Clock, Office, Stream, client_of, lines, orders, plain, records, reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.call import Call


def error_of(office: Office, call: Call) -> FinagoError:
    with client_of(office, Clock()) as client, pytest.raises(FinagoError) as caught:
        list(client.pages(call, Tally()))
    return caught.value


def test_an_error_names_verb_template_status_trace_size_and_next_step() -> None:
    office = Office(lambda _: reply(b"{}", 400, {"X-Trace-Id": "0af7-651916"}))
    error = error_of(office, lines(page="7"))
    assert isinstance(error, BadRequest)
    for part in ("GET /transactionlines:", "status 400", "trace 0af7-651916", "2 bytes", "support"):
        assert part in str(error)
    assert "page" not in str(error)
    assert "2026-01-01" not in str(error)


HTML, JSON, TEXT, TRACED = (
    {"Content-Type": "text/html; charset=utf-8"},
    {"Content-Type": "application/json"},
    {"Content-Type": "text/plain"},
    {"X-Trace-Id": "0af7-651916"},
)
PAGE = b"\r\n<!DOCTYPE html><h1>Access denied</h1>"


@pytest.mark.parametrize(
    ("body", "headers", "kind"),
    [
        (b'{"error":{"name":"ForbiddenError","message":"No."},"trackingId":"1"}', JSON, Forbidden),
        (b'\xef\xbb\xbf {"message":"Forbidden"}', {}, Forbidden),
        (b'{"message":"Forbidden"}', HTML, Forbidden),
        (b"", JSON, Forbidden),
        (b"", {}, Forbidden),
        (b"The scope is missing.", {**TEXT, **TRACED}, Forbidden),
        (PAGE, HTML, Blocked),
        (PAGE, {**HTML, **TRACED}, Blocked),
        (PAGE, JSON, Blocked),
        (b"\xef\xbb\xbf<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", {}, Blocked),
        (b"RBAC: access denied", TEXT, Blocked),
        (b"RBAC: access denied", {}, Blocked),
        (b"", HTML, Blocked),
    ],
)
def test_a_403_is_a_missing_scope_only_where_the_api_itself_can_have_said_so(
    body: bytes, headers: dict[str, str], kind: type[FinagoError]
) -> None:
    error = error_of(Office(lambda _: reply(body, 403, headers)), lines())
    assert type(error) is kind
    if kind is Blocked:
        assert "scope" not in str(error)
        for part in ("GET /transactionlines: refused by", "status 403", "firewall or proxy", "FINAGO_PROXY"):
            assert part in str(error)


@pytest.mark.parametrize("status", [404, 410])
def test_a_page_of_somebody_else_does_not_say_that_nothing_is_there(status: int) -> None:
    error = error_of(Office(lambda _: reply(PAGE, status, HTML)), lines())
    assert isinstance(error, Malformed)
    assert "FINAGO_API_URL" in str(error)
    assert isinstance(error_of(Office(lambda _: reply(b'{"message":"Gone"}', status)), lines()), NotFound)


def test_a_firewall_in_front_of_the_token_endpoint_says_nothing_of_the_credentials() -> None:
    error = error_of(Office(lambda _: reply(), token=lambda _: reply(PAGE, 403, HTML)), lines())
    assert isinstance(error, Blocked)
    assert "FINAGO_CLIENT_SECRET" not in str(error)


def test_403_names_the_scopes_to_ask_for() -> None:
    error = error_of(Office(lambda _: reply(b"", 403)), lines())
    assert isinstance(error, Forbidden)
    assert error.scopes == ("api.ledger:read",)
    assert "api.ledger:read" in str(error)


def test_404_has_its_own_type() -> None:
    assert isinstance(error_of(Office(lambda _: reply(b"", 404)), plain()), NotFound)


def test_the_tracking_id_of_an_error_body_is_the_trace_when_there_is_no_header() -> None:
    body = json.dumps({"error": {"name": "ValidationError"}, "trackingId": "abc-123"}).encode()
    assert "trace abc-123" in str(error_of(Office(lambda _: reply(body, 422)), plain()))


@pytest.mark.parametrize("trace", ["token-1", "x" * 65, "a b", "<script>", "e\u00e9"])
def test_what_is_no_id_or_holds_the_token_is_not_repeated_as_trace(trace: str) -> None:
    tally = Tally()
    office = Office(lambda _: reply(b"[]", headers={"X-Trace-Id": trace}))
    with client_of(office, Clock()) as client:
        list(client.pages(plain(), tally))
    assert tally.trace_ids == []
    assert "(status 400, 0 bytes)" in str(error_of(Office(lambda _: reply(b"", 400, {"X-Trace-Id": trace})), plain()))


def test_a_tally_counts_what_was_sent_and_what_came_back() -> None:
    tally, body = Tally(), gzip.compress(records(0, 100))
    office = Office(
        lambda asked: (
            reply(b"", 503)
            if asked.number == 1
            else reply(body, headers={"Content-Encoding": "gzip", "X-Trace-Id": f"t{asked.number}"})
        )
    )
    with client_of(office, Clock(), random=lambda: 1.0) as client:
        (page,) = client.pages(plain(), tally)
    assert len(page.records) == 100
    assert tally == Tally(2, 1, 1, 0.5, len(body), ["t2"])


def wrong(body: bytes = b"", *, status: int = 200, **headers: str) -> Callable[[], Response]:
    return lambda: reply(body, status, {name.replace("_", "-"): value for name, value in headers.items()})


def broken(error: Exception) -> Callable[[], Response]:
    def raised() -> Response:
        raise error

    return raised


PASSING: list[tuple[str, Callable[[], Response], type[FinagoError]]] = [
    ("connect", broken(ConnectError("no route to token-1")), Unavailable),
    ("read", broken(ReadError("reset")), Unavailable),
    ("timeout", broken(ReadTimeout("slow")), Timeout),
    ("hang up", broken(RemoteProtocolError("Server disconnected without sending a response.")), Unavailable),
    ("cut in the body", lambda: reply(b'[{"id":1}', error=ReadError("reset"), length=False), Unavailable),
    ("cut chunks", lambda: reply(b'[{"id"', error=RemoteProtocolError("incomplete"), length=False), Truncated),
    ("cut, unannounced", lambda: reply(b'[{"id":1},', length=False), Truncated),
    ("short", wrong(b'[{"id":1}]', Content_Length="11"), Truncated),
    ("cut gzip", wrong(gzip.compress(b"[]" * 50)[:-4], Content_Encoding="gzip"), Truncated),
    ("html", wrong(b"<html>maintenance</html>", Content_Type="text/html"), Malformed),
    ("empty html", wrong(Content_Type="text/html; charset=utf-8"), Truncated),
]
LASTING: list[tuple[str, Callable[[], Response], type[FinagoError]]] = [
    ("object", wrong(b'{"records":[]}'), Malformed),
    ("deflate", wrong(b"x", Content_Encoding="deflate"), Malformed),
    ("nested gzip", wrong(b"x", Content_Encoding="gzip, gzip"), Malformed),
    ("deep", wrong(b'[{"a":' + b"[" * 70 + b"]" * 70 + b"}]"), TooLarge),
    ("accepted", wrong(b"[]", status=202), Malformed),
    ("partial", wrong(b"[]", status=206), Malformed),
]


@pytest.mark.parametrize(("name", "answer", "kind"), PASSING)
def test_a_passing_fault_is_cured_by_another_attempt(
    name: str, answer: Callable[[], Response], kind: type[FinagoError]
) -> None:
    cured = Office(lambda asked: answer() if asked.number < 3 else reply(records(0, 2)))
    with client_of(cured, Clock()) as client:
        assert [len(page.records) for page in client.pages(plain(), Tally())] == [2], name
    lasting = Office(lambda _: answer())
    assert type(error_of(lasting, plain())) is kind
    assert len(lasting.calls) == 8


@pytest.mark.parametrize(("name", "answer", "kind"), LASTING)
def test_a_lasting_fault_is_refused_at_once(name: str, answer: Callable[[], Response], kind: type[FinagoError]) -> None:
    office = Office(lambda _: answer())
    assert type(error_of(office, plain())) is kind, name
    assert len(office.calls) == 1


def test_a_drip_ends_at_the_deadline_of_the_request() -> None:
    clock = Clock()
    office = Office(lambda _: Response(200, stream=Stream([b" "] * 100_000, between=lambda: clock.sleep(1))))
    with client_of(office, clock, RetryPolicy(attempts=2)) as client, pytest.raises(Timeout, match=r"2 attempts"):
        list(client.pages(plain(), Tally()))
    assert 240 <= clock.seconds - 1000 < 250


@pytest.mark.parametrize("answer", [wrong(b"[]"), wrong(status=204), wrong(b" [ \n] ")])
def test_an_empty_list_is_no_page(answer: Callable[[], Response]) -> None:
    tally, office = Tally(), Office(lambda _: answer())
    with client_of(office, Clock()) as client:
        assert list(client.pages(lines(), tally)) == []
    assert (tally.pages, tally.requests, tally.retries) == (1, 1, 0)


def test_an_empty_200_on_the_first_page_is_believed_the_third_time() -> None:
    tally, office = Tally(), Office(lambda _: reply(b""))
    with client_of(office, Clock()) as client:
        assert list(client.pages(lines(), tally)) == []
    assert (tally.requests, tally.retries) == (3, 2)


def test_an_empty_200_followed_by_rows_was_a_fault() -> None:
    office = Office(lambda asked: reply(b"" if asked.number < 3 else records(0, 4)))
    with client_of(office, Clock()) as client:
        assert [len(page.records) for page in client.pages(lines(), Tally())] == [4]


def second_page(answer: Callable[[], Response]) -> Callable[[Asked], Response]:
    link = {"Link": f"<{API}/salesorders?dateFrom=2026-01-01&dateTo=2026-02-01&continuationToken=2>; rel=next"}
    return lambda asked: reply(records(0, 4), headers=link) if asked.number == 1 else answer()


def test_an_empty_200_after_a_next_link_is_never_the_end() -> None:
    office = Office(second_page(wrong(b"")))
    assert isinstance(error_of(office, orders()), Truncated)
    assert len(office.calls) == 9


def test_a_204_after_a_next_link_is_the_end() -> None:
    office = Office(second_page(wrong(status=204)))
    with client_of(office, Clock()) as client:
        assert [len(page.records) for page in client.pages(orders(), Tally())] == [4]


def test_an_empty_200_is_no_object() -> None:
    assert isinstance(error_of(Office(lambda _: reply(b"")), plain(single=True)), Truncated)
    assert isinstance(error_of(Office(lambda _: reply(b"[]")), plain(single=True)), Malformed)
    office = Office(lambda _: reply(b'{"id": 1.50}'))
    with client_of(office, Clock()) as client:
        (page,) = client.pages(plain(single=True), Tally())
    assert list(page.records) == [b'{"id": 1.50}']


def test_a_probe_is_one_small_request() -> None:
    office = Office(lambda _: reply(records(0, 1), headers={"Link": f"<{API}/transactionlines?page=2>; rel=next"}))
    with client_of(office, Clock()) as client:
        client.probe(lines(limit="1000"))
    assert [call.params for call in office.calls] == [{**lines().query, "limit": "1"}]


@pytest.mark.parametrize(
    ("status", "kind"), [(403, Forbidden), (401, AuthRefused), (503, Unavailable), (400, BadRequest)]
)
def test_a_probe_raises_what_a_read_would(status: int, kind: type[FinagoError]) -> None:
    with client_of(Office(lambda _: reply(b"", status)), Clock()) as client, pytest.raises(kind):
        client.probe(lines())


ECHOES: list[Callable[[Asked], Response]] = [
    lambda asked: reply(asked.authorization.encode(), 500),
    lambda asked: reply(asked.authorization.encode(), 400, {"X-Trace-Id": asked.authorization}),
    lambda asked: reply(json.dumps({"trackingId": asked.authorization.split()[1]}).encode(), 422),
    lambda asked: reply(b"", 302, {"Location": f"https://elsewhere.test/?t={asked.authorization}"}),
    lambda asked: reply(b"[]", 200, {"Link": f"<{asked.authorization}; rel=next"}),
    lambda asked: reply(asked.authorization.encode(), 200),
    lambda _: reply(b"", 401),
]


@pytest.mark.parametrize("answer", ECHOES)
def test_an_error_carries_no_secret_no_query_and_no_cause(
    answer: Callable[[Asked], Response], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    office = Office(answer)
    error = error_of(office, lines())
    said = "".join(traceback.format_exception(error)) + repr(error) + caplog.text
    for secret in ("token-1", "token-2", CLIENT_SECRET, "dateFrom="):
        assert secret not in said
    assert error.__cause__ is None
    assert error.__context__ is None


def test_a_broken_connection_leaves_no_chained_request_behind() -> None:
    error = error_of(Office(lambda _: broken(ConnectError("x"))()), plain())
    assert (error.__cause__, error.__context__) == (None, None)
