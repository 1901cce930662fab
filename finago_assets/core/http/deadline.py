"""Sockets that keep to one exchange's deadline, from the connection to the last byte of the answer.

Owns the time that an operation on a socket may take. The library's own time-outs are for each operation, so that a byte
of a header now and then, or `100 Continue` without end, would keep it reading for ever.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from threading import local
from typing import TYPE_CHECKING, Any, Final

from httpcore import ConnectTimeout, NetworkBackend, NetworkStream, ReadTimeout, SyncBackend, WriteTimeout

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Iterable, Iterator

    from httpcore import SOCKET_OPTION, TimeoutException

# The library asks for a piece of a body at a time and goes through all its layers for each; it takes larger ones, too.
PIECE_ASKED: Final = 64 * 1024
PIECE_READ: Final = 256 * 1024
# bytes that are written under one time-out: the library goes on for as long as it gets rid of any
SLICE: Final = 16 * 1024


@dataclass(slots=True)
class _Deadline:
    at: float
    pace: int | None


class TimedNetwork(NetworkBackend):
    """Opens sockets whose every operation ends by the deadline of the exchange that its thread is in.

    An exchange never changes threads, so that each thread has a deadline of its own. `inner` opens the real sockets.
    """

    def __init__(self, clock: Callable[[], float], inner: NetworkBackend | None = None) -> None:
        self._clock = clock
        self._inner = inner or SyncBackend()
        self._own = local()

    @contextmanager
    def within(self, seconds: float, pace: int | None = None) -> Iterator[None]:
        """Hold this thread's sockets to `seconds` from now; every `pace` bytes that pass give it a second more."""
        self._own.deadline = _Deadline(self._clock() + seconds, pace)
        try:
            yield
        finally:
            self._own.deadline = None

    def allowed(self, timeout: float | None, late: type[TimeoutException]) -> float | None:
        """Return the seconds that an operation may take, `timeout` at the most. Raises `late` when none are left."""
        deadline = self._deadline
        if deadline is None:
            return timeout
        left = deadline.at - self._clock()
        if left <= 0:
            raise late("the deadline of the exchange has passed")
        return left if timeout is None else min(left, timeout)

    def passed(self, count: int) -> None:
        """Take note of bytes that came or went."""
        deadline = self._deadline
        if deadline is not None and deadline.pace:
            deadline.at += count / deadline.pace

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        allowed = self.allowed(timeout, ConnectTimeout)
        return _TimedStream(self._inner.connect_tcp(host, port, allowed, local_address, socket_options), self)

    @property
    def _deadline(self) -> _Deadline | None:
        return getattr(self._own, "deadline", None)


class _TimedStream(NetworkStream):
    def __init__(self, inner: NetworkStream, network: TimedNetwork) -> None:
        self._inner = inner
        self._network = network

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        wanted = PIECE_READ if max_bytes == PIECE_ASKED else max_bytes
        data = self._inner.read(wanted, self._network.allowed(timeout, ReadTimeout))
        self._network.passed(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), SLICE):
            piece = buffer[start : start + SLICE]
            self._inner.write(piece, self._network.allowed(timeout, WriteTimeout))
            self._network.passed(len(piece))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> NetworkStream:
        allowed = self._network.allowed(timeout, ConnectTimeout)
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, allowed), self._network)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401  the library's own
        return self._inner.get_extra_info(info)
