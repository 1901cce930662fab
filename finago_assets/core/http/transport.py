"""The one place that imports httpx: one request out, one bounded reply back, and the library's failures in our words.

Owns timeouts and the rule that nothing is followed, remembered or taken from the environment. Sockets that keep to an
exchange's deadline are `deadline.py`'s. Knows nothing of tokens' meaning, pages or retries.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import TYPE_CHECKING, Final

from httpcore import ConnectionPool
from httpx import (  # noqa: TID251 - the one file
    BaseTransport,
    Client,
    ConnectError,
    ConnectTimeout,
    HTTPError,
    HTTPTransport,
    InvalidURL,
    Limits,
    LocalProtocolError,
    MockTransport,
    PoolTimeout,
    ReadError,
    ReadTimeout,
    RemoteProtocolError,
    Request,
    Response,
    SyncByteStream,
    TimeoutException,
    UnsupportedProtocol,
    WriteError,
    create_ssl_context,
)
from httpx import Timeout as Timeouts  # noqa: TID251 - the one file

from finago_assets.core.errors import BadRequest, Timeout, TlsRefused, Truncated, Unavailable
from finago_assets.core.http.chunks import PAGE, Bounds, Chunks, Head
from finago_assets.core.http.deadline import TimedNetwork
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.handshake import is_of_unknown_authority, is_tls, why_not_connected, why_not_trusted
from finago_assets.core.http.network import DIRECT, Network, authority
from finago_assets.core.http.trace import trace_of
from finago_assets.core.http.tunnel import NoWay, TunnelNetwork

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.call import Call
    from finago_assets.core.http.protocol import Protocol
    from finago_assets.core.http.receipt import Pour
    from finago_assets.core.http.secret import Secret
    from finago_assets.core.http.sign_in import Asking, Credential

__all__ = [
    "BaseTransport",
    "ConnectError",
    "ConnectTimeout",
    "HTTPTransport",
    "HttpPool",
    "MockTransport",
    "ReadError",
    "ReadTimeout",
    "RemoteProtocolError",
    "Reply",
    "Request",
    "Response",
    "SyncByteStream",
    "WriteError",
]

CONNECTION_LIMITS: Final = Limits(max_connections=32, max_keepalive_connections=16, keepalive_expiry=30)
HEADERS: Final = {"Accept-Encoding": "gzip, identity", "User-Agent": "finago-assets"}
ERROR_BODY_LIMIT: Final = 64 * 1024
# they log whole URLs at INFO and the headers of an answer, which may repeat the token, at DEBUG
TALKATIVE: Final = ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.proxy")


@dataclass(frozen=True, slots=True, repr=False)
class Reply:
    """A whole answer: header names in lower case, may repeat; `body` is inflated, `wire_bytes` counts what came in.

    The body of a success that was poured elsewhere is empty here.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytearray
    wire_bytes: int
    trace: str | None

    def all(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key == name]

    def first(self, name: str) -> str | None:
        return next(iter(self.all(name)), None)


def _is_warning(record: logging.LogRecord) -> bool:
    """Let warnings through. A filter, unlike a level, outlasts somebody setting every logger to DEBUG."""
    return record.levelno >= logging.WARNING


class HttpPool:
    """A thread-safe connection pool. `seconds` is how long one exchange may take, from the connection to the last byte.

    A `transport` that is no `RoutedTransport` keeps to that only while a body comes.
    """

    def __init__(
        self, protocol: Protocol, transport: BaseTransport | None, clock: Callable[[], float], seconds: float
    ) -> None:
        for name in TALKATIVE:
            logging.getLogger(name).addFilter(_is_warning)
        self._protocol = protocol
        self._headers = {"Accept": protocol.accept, **HEADERS}
        self._clock = clock
        self._seconds = seconds * protocol.slowness
        own = transport or RoutedTransport(clock=clock)
        self._sockets, self._network = TimedNetwork(clock), DIRECT
        if isinstance(own, RoutedTransport):
            self._sockets, self._network = own.sockets, own.network
        self._client = Client(
            transport=_WithoutLocation(own),
            timeout=Timeouts(connect=10, read=60 * protocol.slowness, write=30, pool=60),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
        )

    def close(self) -> None:
        self._client.close()

    def send(
        self, call: Call, url: str, credential: Credential, pour: Pour | None = None, bounds: Bounds = PAGE
    ) -> Reply:
        """Send a call to its address. The body of a success goes through `pour`, whose errors come out as they are."""
        headers = {**self._headers, credential.header: f"{credential.scheme}{credential.value.reveal()}"}
        headers.update(call.headers)
        if call.media_type is not None:
            headers["Content-Type"] = call.media_type
        if call.file_name is not None:
            headers["Content-Disposition"] = f'attachment; filename="{call.file_name}"'
        return self._guarded(
            lambda: self._client.build_request(call.method, url, headers=headers, content=call.body),
            credential.value,
            pour,
            bounds,
        )

    def sign_in(self, asking: Asking) -> Reply:
        """Send the request that signs in."""
        headers = {**self._headers, "Content-Type": asking.media_type, **asking.headers}
        content = asking.body.reveal().encode()
        return self._guarded(
            lambda: self._client.build_request("POST", asking.url, headers=headers, content=content), asking.hidden
        )

    def _guarded(
        self, build: Callable[[], Request], hidden: Secret, pour: Pour | None = None, bounds: Bounds = PAGE
    ) -> Reply:
        """Raise the fault outside the `except`, so that it drags no request and no half-read body along."""
        partial = _Partial()
        try:
            with self._sockets.within(self._seconds, bounds.pace):
                return self._exchange(build(), hidden, pour, bounds, partial)
        except Fault as raised:
            fault = raised.with_traceback(None)
        except (HTTPError, InvalidURL) as error:
            fault = _fault_of(error, self._network)
        fault.status, fault.trace, fault.size = partial.status, partial.trace, partial.size
        fault.sent = fault.sent or partial.status is not None
        raise fault

    def _exchange(
        self, request: Request, hidden: Secret, pour: Pour | None, bounds: Bounds, partial: _Partial
    ) -> Reply:
        deadline = self._clock() + self._seconds
        response = self._client.send(request, stream=True)
        partial.status = response.status_code
        named, field = self._protocol.trace_header, self._protocol.trace_field
        partial.trace = trace_of(None if named is None else response.headers.get(named), b"", field, hidden)
        chunks = Chunks(response.iter_raw(), _read_head_of(response), self._clock, deadline, bounds)
        body = bytearray()
        try:
            if response.status_code >= 300:
                body = _start_of(chunks)
            else:
                chunks.pour(body.extend if pour is None else pour)
        finally:
            partial.size = chunks.total
            response.close()
        trace = partial.trace or trace_of(None, body if response.status_code >= 400 else b"", field, hidden)
        return Reply(response.status_code, _headers(response), body, chunks.total, trace)


@dataclass(slots=True)
class _Partial:
    """What of an answer had come when it broke off."""

    status: int | None = None
    trace: str | None = None
    size: int | None = None


class RoutedTransport(HTTPTransport):
    """The library's own transport over sockets of ours, which it has no argument for: in time, and by the right road.

    Raises SettingInvalid for a file of certificate authorities that cannot be used.
    """

    def __init__(self, network: Network = DIRECT, clock: Callable[[], float] = time.monotonic) -> None:
        self.network = network
        self.sockets = TimedNetwork(clock)
        trust = create_ssl_context(trust_env=False)
        network.add_authorities(trust)
        self._pool = ConnectionPool(
            ssl_context=trust,
            max_connections=CONNECTION_LIMITS.max_connections,
            max_keepalive_connections=CONNECTION_LIMITS.max_keepalive_connections,
            keepalive_expiry=CONNECTION_LIMITS.keepalive_expiry,
            network_backend=TunnelNetwork(self.sockets, network, trust),
        )


class _WithoutLocation(BaseTransport):
    """Takes `Location` away: the library reads it, and stumbles over it, even when told not to follow."""

    def __init__(self, inner: BaseTransport) -> None:
        self._inner = inner

    def handle_request(self, request: Request) -> Response:
        response = self._inner.handle_request(request)
        response.extensions["location"] = response.headers.pop("location", None)
        return response

    def close(self) -> None:
        self._inner.close()


def _read_head_of(response: Response) -> Head:
    return Head(response.headers.get("content-encoding", ""), response.headers.get("content-length", ""))


def _headers(response: Response) -> tuple[tuple[str, str], ...]:
    moved = response.extensions.get("location")
    location = [] if moved is None else [("location", str(moved))]
    return (*((name.lower(), value) for name, value in response.headers.multi_items()), *location)


def _start_of(chunks: Chunks) -> bytearray:
    """Read the start of an error body, as far as that is possible: the status has already said what matters."""
    body = bytearray()
    try:
        for piece in chunks.inflated():
            body += piece
            if len(body) > ERROR_BODY_LIMIT:
                break
    except (Fault, HTTPError):
        return body
    return body


def _fault_of(error: HTTPError | InvalidURL, network: Network) -> Fault:
    match error:
        case TimeoutException():
            unsent = isinstance(error, (ConnectTimeout, PoolTimeout))
            return Fault(Timeout, f"no answer within the time-out{_from(error)}", again=True, sent=not unsent)
        case ConnectError():
            return _unconnected(error, network)
        case LocalProtocolError() | UnsupportedProtocol() | InvalidURL():
            return Fault(BadRequest, "the request could not be written", sent=False)
        case RemoteProtocolError() if "without sending a response" not in str(error):
            return Fault(Truncated, "the answer broke off or was not HTTP", again=True)
        case _:
            return Fault(Unavailable, f"the connection failed{_from(error)}", again=True)


def _unconnected(error: ConnectError, network: Network) -> Fault:
    if isinstance(error.__cause__, NoWay):
        return error.__cause__.fault
    if not is_tls(error):
        reason = f"the connection failed{_from(error)}: {why_not_connected(error)}"
        return Fault(Unavailable, reason, again=True, sent=False)
    refused = f"the TLS certificate or handshake was refused{_from(error)}"
    proxy = network.proxy_for(error.request.url.host)
    if proxy is None or not is_of_unknown_authority(error):
        return Fault(TlsRefused, f"{refused}{why_not_trusted(error)}", sent=False)
    why = (
        f"through the proxy {proxy.place} comes a certificate that no authority trusted here has signed; the proxy "
        "most likely opens TLS: set FINAGO_CA_FILE to a PEM file with the certificate authority of your company"
    )
    return Fault(TlsRefused, f"{refused}: {why}", sent=False)


def _from(error: HTTPError) -> str:
    """Name the host and port that were asked; the path is in the message already."""
    url = error.request.url
    return f" ({authority(url.host, url.port or (80 if url.scheme == 'http' else 443))})"
