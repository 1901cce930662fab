"""One request of any method, its answer in a file: what is kept, what is tried again, and what never is."""

from __future__ import annotations

import gzip
import json
import stat
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    FinagoError,
    Forbidden,
    Malformed,
    OutcomeUnknown,
    RateLimited,
    Timeout,
    TooLarge,
    Truncated,
    Unavailable,
)
from finago_assets.core.http.call import Call, Tally
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.receipt import Receipt
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import (
    ConnectError,
    ConnectTimeout,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Response,
    WriteError,
)

from .office import CLIENT_SECRET, Asked, Clock, Office, Stream, client_of, reply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

BODY = b'{"name":"Nordlys","credit":1000.00}'
LOOK = "the template customers.list"


def write(method: str = "POST") -> Call:
    call = Call("/customers", "/customers", scopes=("api.crm:write",), look=LOOK, method=method)
    return replace(call, body=BODY, media_type="application/json")


def read(path: str = "/accounts", *, single: bool = False) -> Call:
    return Call("/accounts", path, {"query": "a b"}, frozenset({"query"}), single=single)


def size(file: Path) -> int:
    return file.stat().st_size


def failed(office: Office, call: Call, receipt: Receipt, policy: RetryPolicy | None = None) -> FinagoError:
    with client_of(office, Clock(), policy) as client, pytest.raises(FinagoError) as caught:
        client.send(call, receipt, Tally(), size)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return caught.value


@pytest.fixture
def receipt(tmp_path: Path) -> Receipt:
    return Receipt(tmp_path / "answer.json")


def test_a_write_says_its_method_its_type_and_its_bytes_and_its_answer_is_kept_as_sent(receipt: Receipt) -> None:
    tally, office = Tally(), Office(lambda _: reply(b'{"id": 4.50}', 201, {"X-Trace-Id": "t-1", "Location": "/v1/x/4"}))
    with client_of(office, Clock()) as client:
        assert client.send(write("PUT"), receipt, tally, size) == 12
    (asked,) = office.calls
    assert (asked.method, asked.path, asked.body, asked.params) == ("PUT", "/v1/customers", BODY, {})
    assert asked.authorization == "Bearer token-1"
    assert receipt.file.read_bytes() == b'{"id": 4.50}'
    assert stat.S_IMODE(receipt.file.stat().st_mode) == 0o600
    assert (receipt.status, receipt.trace_id, receipt.headers) == (201, "t-1", {"location": "/v1/x/4"})
    assert (tally.requests, tally.retries, tally.pages) == (1, 0, 1)


def test_a_file_is_sent_with_its_type_and_its_name(receipt: Receipt) -> None:
    heads: list[Mapping[str, str]] = []

    class Headed(Office):
        def handle_request(self, request: Request) -> Response:
            heads.append(request.headers)
            return super().handle_request(request)

    call = Call("/x/{id}/y", "/x/1/y", method="POST")
    call = replace(call, body=b"%PDF", media_type="application/pdf", file_name="order 1.pdf")
    with client_of(Headed(lambda _: reply(b"", 201)), Clock()) as client:
        client.send(call, receipt, Tally(), size)
    assert heads[-1]["content-type"] == "application/pdf"
    assert heads[-1]["content-disposition"] == 'attachment; filename="order 1.pdf"'


def test_a_read_sends_its_query_and_no_body(receipt: Receipt) -> None:
    office = Office(lambda _: reply(b"[1]"))
    with client_of(office, Clock()) as client:
        client.send(read(), receipt, Tally(), size)
    assert (office.calls[0].method, office.calls[0].params, office.calls[0].body) == ("GET", {"query": "a b"}, b"")


def test_a_compressed_answer_is_inflated_on_its_way_to_the_file(receipt: Receipt) -> None:
    body = json.dumps([{"id": number} for number in range(10_000)]).encode()
    office = Office(lambda _: reply(gzip.compress(body), headers={"Content-Encoding": "gzip"}))
    with client_of(office, Clock()) as client:
        client.send(read(), receipt, Tally(), size)
    assert receipt.file.read_bytes() == body


def raising(error: Exception) -> Callable[[Asked], Response]:
    def answer(_: Asked) -> Response:
        raise error

    return answer


LOST = {
    "a reset": raising(ReadError("reset")),
    "a reset while sending": raising(WriteError("reset")),
    "silence": raising(ReadTimeout("slow")),
    "a connection closed without a word": raising(RemoteProtocolError("disconnected without sending a response")),
    "an answer that is not HTTP": raising(RemoteProtocolError("no")),
    "500": lambda _: reply(b"{}", 500),
    "502": lambda _: reply(b"<html>", 502),
    "503 that says when to come back": lambda _: reply(b"", 503, {"Retry-After": "1"}),
    "504": lambda _: reply(b"", 504),
    "408": lambda _: reply(b"", 408),
    "a redirect": lambda _: reply(b"", 302, {"Location": "/login"}),
    "a redirect elsewhere": lambda _: reply(b"", 307, {"Location": "https://elsewhere.test/"}),
    "a body shorter than announced": lambda _: reply(b'{"id"', headers={"Content-Length": "99"}),
    "a body that breaks off": lambda _: reply(b'{"id"', error=ReadError("reset"), length=False),
    "a cut gzip": lambda _: reply(gzip.compress(b"{}" * 99)[:20], headers={"Content-Encoding": "gzip"}),
    "a refusal for too many requests with status 503": lambda _: reply(b"Limit exceeded by 1.", 503),
}


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
def test_a_write_whose_outcome_is_open_is_sent_once_and_says_where_to_look(
    answer: Callable[[Asked], Response], receipt: Receipt
) -> None:
    office = Office(answer)
    error = failed(office, write(), receipt)
    assert isinstance(error, OutcomeUnknown)
    assert error.retry is False
    assert len(office.calls) == 1
    assert LOOK in str(error)
    assert "Nordlys" not in str(error)
    assert ("most likely carried out" in str(error)) == (error.status == 200)
    assert ("unknown whether" in str(error)) == (error.status != 200)


@pytest.mark.parametrize("answer", LOST.values(), ids=LOST)
def test_the_same_misfortunes_of_a_read_are_tried_again_unless_they_redirect(
    answer: Callable[[Asked], Response], receipt: Receipt
) -> None:
    office = Office(lambda asked: answer(asked) if asked.number == 1 else reply(b"[]"))
    with client_of(office, Clock()) as client:
        try:
            client.send(read(), receipt, Tally(), size)
        except FinagoError:
            assert receipt.status in {302, 307}
            assert len(office.calls) == 1
        else:
            assert len(office.calls) == 2
            assert receipt.file.read_bytes() == b"[]"


@pytest.mark.parametrize("error", [ConnectError("refused"), ConnectTimeout("slow")])
def test_a_write_is_tried_again_when_there_was_no_connection_to_send_it_over(
    error: Exception, receipt: Receipt
) -> None:
    office = Office(lambda asked: raising(error)(asked) if asked.number < 3 else reply(b"{}"))
    tally = Tally()
    with client_of(office, Clock()) as client:
        client.send(write(), receipt, tally, size)
    assert tally.retries == 2


def test_a_write_that_never_found_a_connection_is_unavailable_and_not_unknown(receipt: Receipt) -> None:
    error = failed(Office(raising(ConnectError("refused"))), write(), receipt, RetryPolicy(attempts=2))
    assert isinstance(error, Unavailable)
    assert isinstance(failed(Office(raising(ConnectTimeout("slow"))), write(), receipt), Timeout)


def test_a_write_refused_with_429_was_not_looked_at_and_goes_again_after_the_pause_asked_for(receipt: Receipt) -> None:
    clock, office = (
        Clock(),
        Office(lambda asked: reply(b"", 429, {"Retry-After": "7"}) if asked.number < 3 else reply()),
    )
    with client_of(office, clock) as client:
        client.send(write(), receipt, Tally(), size)
    assert len(office.calls) == 3
    assert all(slept >= 7 for slept in clock.slept)


@pytest.mark.parametrize(
    ("status", "kind"), [(400, BadRequest), (403, Forbidden), (409, BadRequest), (422, BadRequest)]
)
def test_a_write_that_is_refused_is_refused_once(status: int, kind: type[FinagoError], receipt: Receipt) -> None:
    office = Office(lambda _: reply(b'{"error":{"name":"ValidationError"}}', status, {"X-Trace-Id": "t-9"}))
    error = failed(office, write(), receipt)
    assert type(error) is kind
    assert (error.status, error.trace_id, len(office.calls)) == (status, "t-9", 1)
    assert receipt.file.read_bytes() == b'{"error":{"name":"ValidationError"}}'


@pytest.mark.parametrize("status", [400, 425])
def test_words_of_quarantine_behind_another_refusal_end_a_write_without_another_try(
    status: int, receipt: Receipt
) -> None:
    office = Office(lambda _: reply(b"Limit exceeded by 1. Request is blocked.", status))
    assert isinstance(failed(office, write(), receipt), RateLimited)
    assert len(office.calls) == 1


def test_a_refused_token_is_renewed_once_and_the_write_sent_with_the_new_one(receipt: Receipt) -> None:
    office = Office(lambda asked: reply(b"", 401) if asked.number == 1 else reply(b"{}"))
    with client_of(office, Clock()) as client:
        client.send(write(), receipt, Tally(), size)
    assert [asked.authorization for asked in office.calls] == ["Bearer token-1", "Bearer token-2"]


def test_a_token_refused_twice_ends_a_write_as_refused(receipt: Receipt) -> None:
    assert isinstance(failed(Office(lambda _: reply(b"", 401)), write(), receipt), AuthRefused)


def test_an_error_body_is_kept_up_to_64_kib(receipt: Receipt) -> None:
    failed(Office(lambda _: reply(b"x" * 200_000, 400)), read(), receipt)
    assert receipt.file.read_bytes() == b"x" * 64 * 1024


@pytest.mark.parametrize("spelled", ["token-1-of-the-office", CLIENT_SECRET])
@pytest.mark.parametrize("status", [200, 400, 503])
def test_an_answer_that_repeats_a_secret_is_not_kept(spelled: str, status: int, receipt: Receipt) -> None:
    granted = json.dumps({"access_token": "token-1-of-the-office"}).encode()
    headers = {"Content-Type": f"text/{spelled}", "ETag": "plain"}
    office = Office(lambda _: reply(f'{{"a":"{spelled}"}}'.encode(), status, headers), token=lambda _: reply(granted))
    for call in (read(), write()):
        error = failed(office, call, receipt, RetryPolicy(attempts=1))
        assert receipt.file.read_bytes() == b""
        assert spelled not in f"{error!r}{receipt!r}{receipt.headers}"
    assert receipt.headers in ({}, {"etag": "plain"})


def test_a_secret_that_is_split_between_two_pieces_is_found(receipt: Receipt) -> None:
    half = len(CLIENT_SECRET) // 2
    pieces = [b'[{"a":"', CLIENT_SECRET[:half].encode(), CLIENT_SECRET[half:].encode(), b'"}]']
    error = failed(Office(lambda _: Response(200, stream=Stream(pieces))), read(), receipt)
    assert isinstance(error, Malformed)
    assert receipt.file.read_bytes() == b""


def test_a_read_is_tried_again_when_its_body_cannot_be_believed_and_a_write_is_not(receipt: Receipt) -> None:
    def once(file: Path) -> bytes:
        text = file.read_bytes()
        if text == b"bad":
            raise Fault(Malformed, "the answer is not JSON", again=True)
        return text

    office = Office(lambda asked: reply(b"bad" if asked.number == 1 else b"good"))
    with client_of(office, Clock()) as client:
        assert client.send(read(), receipt, Tally(), once) == b"good"
    office = Office(lambda _: reply(b"bad", headers={"X-Trace-Id": "t-3"}))
    with client_of(office, Clock()) as client, pytest.raises(OutcomeUnknown, match="unknown whether") as caught:
        client.send(write(), receipt, Tally(), once)
    assert (caught.value.status, caught.value.trace_id, len(office.calls)) == (200, "t-3", 1)
    assert receipt.file.read_bytes() == b"bad"


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_every_2xx_is_a_success_of_a_write_with_or_without_a_body(status: int, receipt: Receipt) -> None:
    with client_of(Office(lambda _: reply(b"", status)), Clock()) as client:
        assert client.send(write(), receipt, Tally(), size) == 0


def test_a_read_without_a_body_is_believed_as_a_list_the_third_time_and_as_an_object_never(receipt: Receipt) -> None:
    office = Office(lambda _: reply(b""))
    with client_of(office, Clock()) as client:
        assert client.send(read(), receipt, Tally(), size) == 0
    assert len(office.calls) == 3
    assert isinstance(failed(Office(lambda _: reply(b"")), read(single=True), receipt), Truncated)


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_answer_without_end_stops_at_the_limit_and_is_not_kept(encoding: str, tmp_path: Path) -> None:
    receipt, most = Receipt(tmp_path / "answer.json", limit=8_000_000), 0

    def endless() -> Iterator[bytes]:
        nonlocal most
        deflater = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
        while True:
            most = max(most, receipt.size)
            yield deflater.compress(b" " * 1_000_000) if encoding == "gzip" else b" " * 1_000_000

    office = Office(lambda _: Response(200, headers={"Content-Encoding": encoding}, stream=Stream(endless())))
    assert isinstance(failed(office, read(), receipt), TooLarge)
    assert most <= 8_000_000
    assert receipt.size == 0
    assert Receipt(tmp_path).limit == 1024**3


def test_a_large_answer_may_take_its_time_and_a_drip_may_not(receipt: Receipt) -> None:
    clock = Clock()

    def paced(chunk: bytes, count: int) -> Callable[[Asked], Response]:
        return lambda _: Response(200, stream=Stream([chunk] * count, between=lambda: clock.sleep(1)))

    with client_of(Office(paced(b" " * 100_000, 600)), clock) as client:
        assert client.send(read(), receipt, Tally(), size) == 60_000_000
    with client_of(Office(paced(b" ", 600)), clock) as client, pytest.raises(Timeout):
        client.send(read(), receipt, Tally(), size)


@pytest.mark.parametrize(
    "path", ["", "x", "//x", "/a/../b", "/%2e%2e/x", "/%252e%252e/x", "/a%2fb", "/a%252fb", "/a\\b"]
)
def test_a_path_that_could_leave_the_api_is_refused_before_anything_is_sent(path: str) -> None:
    with pytest.raises(BadRequest):
        read(path)


def test_a_link_in_place_of_the_answers_file_is_not_followed(receipt: Receipt, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(b"theirs")
    receipt.file.symlink_to(tmp_path / "other")
    office = Office(lambda _: reply())
    with client_of(office, Clock()) as client, pytest.raises(OSError, match="symbolic link"):
        client.send(read(), receipt, Tally(), size)
    assert (tmp_path / "other").read_bytes() == b"theirs"
    assert office.calls == []
