"""Over real sockets: what is sent, what is never sent, and how a connection's misfortunes are named."""

from __future__ import annotations

import gzip
import logging
import socket
import struct

import pytest

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.errors import BadRequest, FinagoError, ForeignOrigin, Truncated, Unavailable
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret

from .loopback import TOKEN, Heard, http, saying, serving
from .office import CLIENT_SECRET, Clock, plain


def client_at(heard: Heard, attempts: int = 1) -> ApiClient:
    own = Clock()
    connection = FinagoConnection(
        "1001", "client-id", Secret(CLIENT_SECRET), f"{heard.url}/v1", f"{heard.url}/oauth/token"
    )
    return ApiClient(connection, policy=RetryPolicy(attempts=attempts), clock=own, sleep=own.sleep, now=own.now)


def read(heard: Heard, attempts: int = 1) -> list[bytes]:
    with client_at(heard, attempts=attempts) as client:
        return [record for page in client.pages(plain(), Tally()) for record in page.records]


def test_a_request_says_what_it_should_and_no_more() -> None:
    with serving(saying(http(b'[{"id":1.10}]', "200 OK", "Set-Cookie: session=1; Path=/"))) as heard:
        with client_at(heard) as client:
            for _ in range(2):
                (page,) = client.pages(plain(), Tally())
        token, first, second = heard.requests
    assert list(page.records) == [b'{"id":1.10}']
    assert first == second
    lines = sorted(first.decode().lower().split("\r\n"))
    assert lines == sorted(
        [
            "",
            "",
            "get /v1/accounts http/1.1",
            f"host: 127.0.0.1:{heard.port}",
            "accept: application/json",
            "accept-encoding: gzip, identity",
            "connection: keep-alive",
            "user-agent: finago-assets",
            "authorization: bearer loopback-token",
        ]
    )
    assert token.startswith(b"POST /oauth/token HTTP/1.1\r\n")
    assert b"Content-Type: application/x-www-form-urlencoded\r\n" in token
    assert b"authorization" not in token.lower()


def test_gzip_over_the_wire_is_undone() -> None:
    body = gzip.compress(b'[{"id":1}]')
    with serving(saying(http(body, "200 OK", "Content-Encoding: gzip"))) as heard:
        assert read(heard) == [b'{"id":1}']


def reset(connection: socket.socket, head: bytes) -> None:
    if head.startswith(b"POST"):
        connection.sendall(TOKEN)
        return
    connection.sendall(http(b'[{"id"', announced=100))
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
    return b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n" + body + end


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (http(b'[{"id":1}]', announced=20), Truncated),
        (chunked(b'[{"id":1}]', end=b""), Truncated),
        (chunked(b"[]", end=b"zz\r\n"), Truncated),
        (b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b'[{"id":1},{"id"', Truncated),
        (b"", Unavailable),
        (b"SSH-2.0-OpenSSH\r\n\r\n", Truncated),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Long: " + b"x" * 200_000, Truncated),
    ],
)
def test_an_answer_that_breaks_off_is_noticed_and_tried_again(answer: bytes, kind: type[FinagoError]) -> None:
    with serving(saying(answer)) as heard, pytest.raises(kind):
        read(heard)
    with serving(saying(answer, http(b'[{"id":2}]'))) as heard:
        assert read(heard, attempts=2) == [b'{"id":2}']


def test_a_reset_connection_is_tried_again() -> None:
    with serving(reset) as heard, pytest.raises((Unavailable, Truncated)):
        read(heard, attempts=3)
    assert len(heard.requests) == 4


def test_whole_chunks_and_unannounced_ends_are_fine() -> None:
    with serving(saying(chunked(b'[{"id"', b":1}]"))) as heard:
        assert read(heard) == [b'{"id":1}']
    with serving(saying(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + b'[{"id":1}]')) as heard:
        assert read(heard) == [b'{"id":1}']


def test_nobody_listening_is_unavailable() -> None:
    with serving(saying(http())) as heard:
        pass
    with pytest.raises(Unavailable):
        read(heard)


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_not_followed(status: str) -> None:
    with serving(saying(http())) as elsewhere:
        with (
            serving(saying(http(b"", status, f"Location: {elsewhere.url}/v1/accounts"))) as heard,
            pytest.raises(ForeignOrigin),
        ):
            read(heard)
        with serving(saying(http(b"", status, "Location: /v1/other"))) as heard, pytest.raises(BadRequest):
            read(heard)
    assert elsewhere.connections == 0


def test_whole_addresses_stay_out_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with serving(saying(http())) as heard:
        read(heard)
    assert str(heard.port) not in caplog.text
