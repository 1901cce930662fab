"""A company's proxy on loopback: it answers CONNECT, asks for credentials if told to, and keeps all that it saw.

Owns what a proxy does. Every name leads to one server on loopback, so that a host can be asked that is
not this machine.
"""

from __future__ import annotations

import base64
import select
import socket
import ssl
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(slots=True)
class Proxied:
    """What came: the heads as they were, and the bytes that clients sent through."""

    port: int
    heads: list[bytes] = field(default_factory=list)
    through: bytearray = field(default_factory=bytearray)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass(frozen=True, slots=True)
class _Rules:
    to: list[int]
    user: str | None
    answer: bytes
    tls: ssl.SSLContext | None


@contextmanager
def proxying(
    to: int | list[int], *, user: str | None = None, answer: bytes = b"", tls: ssl.SSLContext | None = None
) -> Iterator[Proxied]:
    """Lead every CONNECT to the port `to`, or the first of a list, which may be changed meanwhile.

    `user` is `name:password` as they are wanted, `answer` is said in place of anything else.
    """
    rules = _Rules([to] if isinstance(to, int) else to, user, answer, tls)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        seen = Proxied(listener.getsockname()[1])
        thread = Thread(target=_accept, args=(listener, seen, rules), daemon=True)
        thread.start()
        try:
            yield seen
        finally:
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def _accept(listener: socket.socket, seen: Proxied, rules: _Rules) -> None:
    served: list[Thread] = []
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            break
        served.append(Thread(target=_serve, args=(client, seen, rules), daemon=True))
        served[-1].start()
    for thread in served:
        thread.join(10)


def _serve(client: socket.socket, seen: Proxied, rules: _Rules) -> None:
    client.settimeout(10)
    with client, suppress(OSError):
        if rules.tls is None:
            _answer(client, seen, rules)
        else:
            with rules.tls.wrap_socket(client, server_side=True) as wrapped:
                _answer(wrapped, seen, rules)


def _answer(client: socket.socket, seen: Proxied, rules: _Rules) -> None:
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        piece = client.recv(1)
        if not piece:
            return
        head += piece
    seen.heads.append(head)
    wanted = b"" if rules.user is None else base64.b64encode(rules.user.encode())
    if rules.answer:
        client.sendall(rules.answer)
    elif wanted and b"Proxy-Authorization: Basic " + wanted + b"\r\n" not in head:
        client.sendall(b'HTTP/1.1 407 Who?\r\nProxy-Authenticate: Basic realm="north"\r\nContent-Length: 0\r\n\r\n')
    else:
        with socket.create_connection(("127.0.0.1", rules.to[0]), 10) as server:
            client.sendall(b"HTTP/1.1 200 Connection established\r\nVia: 1.1 north\r\n\r\n")
            _relay(client, server, seen.through)


def _relay(client: socket.socket, server: socket.socket, kept: bytearray) -> None:
    """Carry bytes both ways until one side ends; in one thread, since two may not share a connection in TLS."""
    other = {client: server, server: client}
    while True:
        waiting = isinstance(client, ssl.SSLSocket) and client.pending() > 0
        ready = [client] if waiting else select.select([client, server], [], [], 10)[0]
        for source in ready:
            piece = source.recv(65536)
            if not piece:
                return
            if source is client:
                kept += piece
            other[source].sendall(piece)
