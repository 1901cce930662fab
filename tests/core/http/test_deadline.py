"""One exchange ends by its deadline, whatever the server drips or floods. Mostly over real sockets, in real seconds."""

from __future__ import annotations

import ssl
import time
from contextlib import suppress
from itertools import count
from typing import TYPE_CHECKING, Any, Final

import httpcore
import pytest
from httpcore import HTTP11Connection

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.errors import FinagoError, Timeout
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.deadline import PIECE_READ, SLICE, TimedNetwork
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.transport import BaseTransport, HTTPTransport

from .loopback import TOKEN, Heard, Script, serving
from .office import CLIENT_SECRET, Clock, plain

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterable

DEADLINE: Final = 0.3
# a drip goes on for so much longer than the deadline that only the deadline can have ended it
LASTS: Final = 3.0
CHUNKED: Final = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def drip(connection: socket.socket, pieces: Iterable[bytes], lasts: float = LASTS) -> None:
    """Send a piece every 20 ms until the client hangs up or the time is over."""
    connection.settimeout(0.02)
    until = time.monotonic() + lasts
    for piece in pieces:
        connection.sendall(piece)
        with suppress(TimeoutError):
            if connection.recv(1) == b"":
                return
        if time.monotonic() > until:
            return


def after_token(*beginning: bytes, forever: bytes, lasts: float = LASTS, end: bytes = b"") -> Script:
    """Grant a token; begin every other answer like this, then repeat `forever` for a while, then `end` it."""

    def script(connection: socket.socket, head: bytes) -> None:
        if head.startswith(b"POST /oauth"):
            connection.sendall(TOKEN)
            return
        for piece in beginning:
            connection.sendall(piece)
        drip(connection, (forever for _ in count()), lasts)
        connection.sendall(end)

    return script


def client_at(heard: Heard, scheme: str = "http", transport: BaseTransport | None = None) -> ApiClient:
    url = f"{scheme}://127.0.0.1:{heard.port}"
    connection = FinagoConnection("1001", "client-id", Secret(CLIENT_SECRET), f"{url}/v1", f"{url}/oauth/token")
    return ApiClient(connection, policy=RetryPolicy(attempts=1, request_seconds=DEADLINE), transport=transport)


def failed(client: ApiClient) -> tuple[FinagoError, float]:
    """Read, which must fail; return the error and the seconds it took."""
    started = time.monotonic()
    with client, pytest.raises(FinagoError) as caught:
        list(client.pages(plain(), Tally()))
    return caught.value, time.monotonic() - started


DRIPS: Final[dict[str, Script]] = {
    "bytes of the status line": after_token(b"HTTP/1.1 200 ", forever=b"O"),
    "bytes of a header": after_token(b"HTTP/1.1 200 OK\r\nX-Drip: ", forever=b"a"),
    "header after header": after_token(b"HTTP/1.1 200 OK\r\n", forever=b"X-Drip: a\r\n"),
    "100 Continue": after_token(forever=b"HTTP/1.1 100 Continue\r\n\r\n"),
    "many 100 Continue": after_token(forever=b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
    "the length of a chunk": after_token(CHUNKED, forever=b"0"),
    "an extension of a chunk": after_token(CHUNKED + b"5;a=", forever=b"b"),
    "trailer after trailer": after_token(CHUNKED + b"2\r\n[]\r\n0\r\n", forever=b"X-Drip: a\r\n"),
    "bytes of a body": after_token(b"HTTP/1.1 200 OK\r\nContent-Length: 999999\r\n\r\n[", forever=b" "),
    "nothing at all": after_token(forever=b""),
}


@pytest.mark.parametrize("script", DRIPS.values(), ids=DRIPS)
def test_a_drip_ends_at_the_deadline(script: Script) -> None:
    with serving(script) as heard:
        error, took = failed(client_at(heard))
    assert isinstance(error, Timeout)
    assert DEADLINE <= took < LASTS / 2


@pytest.mark.parametrize("piece", [b"", b"\x00"])
def test_a_handshake_that_never_ends_is_given_up_at_the_deadline(piece: bytes) -> None:
    # the head of a TLS record that promises more than ever comes
    with serving(lambda connection, _: drip(connection, (b"\x16\x03\x03\x40\x00", *[piece] * 999))) as heard:
        error, took = failed(client_at(heard, "https"))
    assert isinstance(error, Timeout)
    assert "POST the token endpoint" in str(error)
    assert DEADLINE <= took < LASTS / 2


def test_the_library_alone_would_go_on_reading() -> None:
    lasts = DEADLINE * 4
    slow = after_token(b"HTTP/1.1 204 ", forever=b"O", lasts=lasts, end=b"\r\n\r\n")
    with serving(slow) as heard, client_at(heard, transport=HTTPTransport(trust_env=False)) as client:
        started = time.monotonic()
        assert list(client.pages(plain(), Tally())) == []
        assert time.monotonic() - started >= lasts
    with serving(slow) as heard:
        error, took = failed(client_at(heard))
    assert isinstance(error, Timeout)
    assert took < lasts


def test_a_deadline_belongs_to_one_exchange_and_the_next_has_its_own() -> None:
    def script(connection: socket.socket, head: bytes) -> None:
        if head.startswith(b"POST"):
            connection.sendall(TOKEN)
        else:
            drip(
                connection,
                (b"HTTP/1.1 200 OK\r\n", b"Content-Length: 2\r\n", b"Connection: close\r\n", b"\r\n[]"),
            )

    with serving(script) as heard, client_at(heard) as client:
        started = time.monotonic()
        while time.monotonic() - started < 2 * DEADLINE:
            assert list(client.pages(plain(), Tally())) == []


class Recorder(httpcore.NetworkBackend, httpcore.NetworkStream):
    """A network that notes the time-out of every operation, and takes as long as it is told to."""

    def __init__(self, clock: Clock, takes: float) -> None:
        self.clock = clock
        self.takes = takes
        self.allowed: list[float | None] = []

    def _noted(self, timeout: float | None) -> None:
        self.allowed.append(timeout)
        self.clock.seconds += self.takes

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        assert (host, port, local_address, socket_options) == ("host", 443, None, None)
        self._noted(timeout)
        return self

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        assert (ssl_context.check_hostname, server_hostname) == (True, "host")
        self._noted(timeout)
        return self

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        assert len(buffer) <= SLICE
        self._noted(timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._noted(timeout)
        return b"x" * max_bytes

    def get_extra_info(self, info: str) -> Any:
        return info


def test_every_step_from_the_connection_on_gets_what_is_left_of_the_deadline_or_its_own_time_out() -> None:
    clock = Clock()
    recorder = Recorder(clock, 4)
    network = TimedNetwork(clock, recorder)
    with network.within(20):
        stream = network.connect_tcp("host", 443, 10).start_tls(ssl.create_default_context(), "host", 30)
        stream.write(b"x" * SLICE * 2, None)
        assert stream.read(1, 3) == b"x"
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(1, 3)
        with pytest.raises(httpcore.WriteTimeout):
            stream.write(b"x", 3)
        with pytest.raises(httpcore.ConnectTimeout):
            network.connect_tcp("host", 443, 10)
    assert recorder.allowed == [10, 16, 12, 8, 3]
    assert stream.read(1, 3) == b"x"
    assert stream.get_extra_info("socket") == "socket"


def test_what_passes_earns_time_where_it_is_paid_for() -> None:
    clock = Clock()
    network = TimedNetwork(clock, Recorder(clock, 1))
    with network.within(1.5, pace=SLICE):
        stream = network.connect_tcp("host", 443)
        for _ in range(50):
            stream.write(b"x" * SLICE)
            stream.read(SLICE)
        # the connection took a second, and the slices have paid for themselves
        stream.read(1)
        with pytest.raises(httpcore.ReadTimeout):
            stream.read(1)


def test_a_piece_of_a_body_is_read_in_larger_pieces_than_the_library_asks_for() -> None:
    clock = Clock()
    stream = TimedNetwork(clock, Recorder(clock, 0)).connect_tcp("host", 443)
    assert len(stream.read(HTTP11Connection.READ_NUM_BYTES)) == PIECE_READ > HTTP11Connection.READ_NUM_BYTES
