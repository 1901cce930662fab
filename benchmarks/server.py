"""A ledger server so lean that it is not what is being measured: a page is two slices of a buffer.

Owns a token endpoint, Link paging over a window of days and an optional latency. It believes every client. Run as
`python -m benchmarks.server`; prints `ready` and its port once it answers.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlencode, urlsplit

from benchmarks.ledger import Ledger, generate

if TYPE_CHECKING:
    from collections.abc import Sequence

# as long as tokens are: the client looks for it in every answer, which takes longer for a short one
TOKEN: Final = b'{"access_token":"%b","token_type":"Bearer","expires_in":86400}' % (b"9fK2vQ7xTz3LmB8w" * 4)
END_OF_HEAD: Final = b"\r\n\r\n"


class Conversation(asyncio.Protocol):
    """One kept-alive HTTP/1.1 connection, one request at a time."""

    def __init__(self, ledger: Ledger, latency: float) -> None:
        self._ledger = ledger
        self._latency = latency
        self._buffer = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(END_OF_HEAD)
        if not found:
            return
        line, *headers = head.decode("latin-1").split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (header.partition(":") for header in headers)}
        if len(body) < int(fields.get("content-length", "0")):
            return
        self._buffer = b""
        method, target, _ = line.split(" ")
        if method == "POST":
            self._send(TOKEN, ())
        elif self._latency:
            asyncio.get_running_loop().call_later(self._latency, self._answer, target, fields["host"])
        else:
            self._answer(target, fields["host"])

    def _answer(self, target: str, host: str) -> None:
        address = urlsplit(target)
        query = dict(parse_qsl(address.query))
        number, size = int(query.get("page", "1")), int(query.get("limit", "50"))
        body, more = self._ledger.page(query["dateFrom"], query["dateTo"], number, size)
        links = []
        if more:
            following = urlencode({**query, "page": f"{number + 1}", "limit": f"{size}"})
            links.append(f'Link: <http://{host}{address.path}?{following}>; rel="next"')
        self._send(body, links)

    def _send(self, body: bytes, more_headers: Sequence[str]) -> None:
        assert self._transport is not None
        head = ["HTTP/1.1 200 OK", "Content-Type: application/json", f"Content-Length: {len(body)}", *more_headers]
        self._transport.writelines([("\r\n".join(head) + "\r\n\r\n").encode(), body])


async def serve(ledger: Ledger, port: int, latency: float) -> None:
    """Serve on loopback until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(ledger, latency), "127.0.0.1", port)
    sys.stdout.write(f"ready {server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    async with server:
        await server.serve_forever()


def main() -> None:
    parser = ArgumentParser("benchmarks.server")
    parser.add_argument("--lines", type=int, default=200_000)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, metavar="SECONDS")
    parser.add_argument("--ndjson", type=Path, help="also write the lines to this file")
    asked = parser.parse_args()
    ledger = generate(asked.lines)
    if asked.ndjson is not None:
        ledger.write_ndjson(asked.ndjson)
    gc.freeze()
    asyncio.run(serve(ledger, asked.port, asked.latency))


if __name__ == "__main__":
    main()
