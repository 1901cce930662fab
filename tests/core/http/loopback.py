"""A server of raw sockets on loopback: it says exactly the bytes a test wants said, and keeps what it heard.

Owns what cannot be shown in memory: real connections, TLS, resets and drips.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from threading import Thread

# how a TLS client begins; a server that expects plain text must not wait for the end of its lines
HELLO = b"\x16"
Script = Callable[[socket.socket, bytes], None]


@dataclass(slots=True)
class Heard:
    """The port, the requests that came in whole, and how many connections were opened."""

    port: int
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def serving(script: Script, tls: ssl.SSLContext | None = None) -> Iterator[Heard]:
    """Run `script` for every request; a connection ends when the script has run."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        heard = Heard(listener.getsockname()[1])
        thread = Thread(target=_accept, args=(listener, script, tls, heard), daemon=True)
        thread.start()
        try:
            yield heard
        finally:
            # wakes the accept, which closing alone does not
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            thread.join(10)
    assert not thread.is_alive()


def _accept(listener: socket.socket, script: Script, tls: ssl.SSLContext | None, heard: Heard) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        heard.connections += 1
        connection.settimeout(10)
        with connection, suppress(OSError, ssl.SSLError):
            if tls is None:
                _serve(connection, script, heard)
            else:
                with tls.wrap_socket(connection, server_side=True) as wrapped:
                    _serve(wrapped, script, heard)


def _serve(connection: socket.socket, script: Script, heard: Heard) -> None:
    request = b""
    while b"\r\n\r\n" not in request and not request.startswith(HELLO):
        received = connection.recv(65536)
        if not received:
            return
        request += received
    head, _, body = request.partition(b"\r\n\r\n")
    announced = [line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
    while announced and len(body) < int(announced[0].split(b":")[1]):
        body += connection.recv(65536)
    heard.requests.append(head + b"\r\n\r\n" + body)
    script(connection, head)


def http(body: bytes = b"[]", head: str = "200 OK", *headers: str, announced: int | None = None) -> bytes:
    length = len(body) if announced is None else announced
    lines = [f"HTTP/1.1 {head}", f"Content-Length: {length}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


TOKEN = http(b'{"access_token":"loopback-token","expires_in":3600}')


def saying(*answers: bytes) -> Script:
    """Tokens to those who ask for one; to the others each answer once, the last one for ever."""
    left = list(answers)

    def script(connection: socket.socket, head: bytes) -> None:
        if head.startswith(b"POST"):
            connection.sendall(TOKEN)
            return
        connection.sendall(left.pop(0) if len(left) > 1 else left[0])

    return script
