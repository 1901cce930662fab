"""How faults look on the wire: replaced answers, bent links, and sockets that die halfway.

Owns the bytes of everything that goes wrong. Which request goes wrong is `faults`.
"""

from __future__ import annotations

import asyncio
import gzip
import socket
import struct
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule
from finago_assets.sandbox.soap.envelope import SOAP_11, SoapFaulted, faulted_envelope

if TYPE_CHECKING:
    from starlette.types import Message, Send

RawHeaders = list[tuple[bytes, bytes]]

MAINTENANCE_PAGE: Final = (
    b"<!DOCTYPE html><html><head><title>Vedlikehold</title></head><body><h1>Vi er snart tilbake</h1></body></html>"
)
DRIP_BYTES: Final = 16
ON_THE_SOCKET: Final = frozenset(
    {AnswerFault.RESET, AnswerFault.RESET_MIDWAY, AnswerFault.SHORT, AnswerFault.CUT_CHUNKED}
)
INSTEAD: Final = frozenset({AnswerFault.STATUS, AnswerFault.HTML, AnswerFault.EMPTY})


@dataclass(frozen=True, slots=True)
class RawResponse:
    """A complete answer before it is sent."""

    status: int
    body: bytes
    headers: RawHeaders = field(default_factory=list)

    def without(self, name: bytes) -> RawResponse:
        """Return the answer without one header."""
        return replace(self, headers=[(k, v) for k, v in self.headers if k.lower() != name])

    def compressed(self) -> RawResponse:
        """Return the answer gzipped."""
        headers = [*self.without(b"content-length").headers, (b"content-encoding", b"gzip")]
        return replace(self, body=gzip.compress(self.body, compresslevel=1, mtime=0), headers=headers)


def instead(rule: Rule, trace_id: str) -> RawResponse:
    """Return what is sent in place of an answer: an error, a maintenance page, nothing."""
    if rule.fault is AnswerFault.EMPTY:
        return RawResponse(200, b"", [(b"content-type", b"application/json")])
    if rule.fault is AnswerFault.HTML:
        return RawResponse(
            200 if rule.status == 503 else rule.status, MAINTENANCE_PAGE, [(b"content-type", b"text/html")]
        )
    error = f'{{"error":{{"name":"Error","message":"Planned.","payload":{{}}}},"trackingId":"{trace_id}"}}'
    body, kind = {
        ErrorBody.JSON: (error.encode(), b"application/json"),
        ErrorBody.HTML: (MAINTENANCE_PAGE, b"text/html"),
        ErrorBody.TEXT: (b"Limit exceeded by 1. Request is blocked.", b"text/plain"),
        ErrorBody.EMPTY: (b"", b"text/plain"),
        ErrorBody.SOAP: (faulted_envelope(SOAP_11, SoapFaulted(rule.text or "Planned.")), b"text/xml; charset=utf-8"),
    }[rule.body]
    answer = RawResponse(rule.status, body, [(b"content-type", kind)])
    if rule.retry_after is None:
        return answer
    return replace(answer, headers=[*answer.headers, (b"retry-after", _retry_after(rule.retry_after).encode())])


def _retry_after(text: str) -> str:
    kind, _, seconds = text.partition(":")
    if kind != "date" or not seconds:
        return text
    return format_datetime(datetime.now(UTC) + timedelta(seconds=float(seconds)), usegmt=True)


def bent(rule: Rule, answer: RawResponse, here: str, origin: str) -> RawResponse:
    """Return the answer with its next link, or its body, made wrong. `here` is the path and query of the request."""
    match rule.fault:
        case AnswerFault.NEXT:
            link = rule.link.format(self=here, origin=origin, host=origin.partition("://")[2])
            return _linked(answer, link)
        case AnswerFault.LOOP:
            return _linked(answer, f"{origin}{here}")
        case AnswerFault.NO_NEXT:
            return answer.without(b"link")
        case AnswerFault.CUT_JSON:
            return replace(answer.without(b"content-length"), body=answer.body[: max(1, len(answer.body) // 2)])
        case AnswerFault.CUT_GZIP if answer.body:
            whole = answer.compressed()
            return replace(whole, body=whole.body[: max(12, len(whole.body) // 2)])
        case _:
            return answer


def _linked(answer: RawResponse, link: str) -> RawResponse:
    bare = answer.without(b"link")
    return replace(bare, headers=[*bare.headers, (b"Link", f'<{link}>; rel="next"'.encode("utf-8", "replace"))])


class _Cased(bytes):
    """A header name that keeps its case: uvicorn lowers every name, the vendor spells Link both ways."""

    __slots__ = ()

    def lower(self) -> bytes:
        return self


def _start(answer: RawResponse) -> Message:
    kept = [(_Cased(name), value) for name, value in answer.without(b"content-length").headers]
    sized = [] if answer.status == HTTPStatus.NO_CONTENT else [(b"content-length", b"%d" % len(answer.body))]
    headers = [*kept, *sized]
    return {"type": "http.response.start", "status": answer.status, "headers": headers}


async def deliver(answer: RawResponse, send: Send) -> None:
    """Send a whole answer."""
    await send(_start(answer))
    await send({"type": "http.response.body", "body": answer.body})


async def drip(answer: RawResponse, seconds: float, wire: asyncio.Transport, send: Send) -> None:
    """Send an answer a few bytes at a time until it is done or nobody listens."""
    await send(_start(answer))
    for offset in range(0, len(answer.body), DRIP_BYTES):
        if wire.is_closing():
            return
        await send({"type": "http.response.body", "body": answer.body[offset : offset + DRIP_BYTES], "more_body": True})
        await asyncio.sleep(seconds)
    await send({"type": "http.response.body", "body": b""})


def sever(fault: AnswerFault, answer: RawResponse, wire: asyncio.Transport) -> int:
    """Write part of an answer straight to the socket, end the connection, and return how much of the body was sent."""
    half = answer.body[: len(answer.body) // 2]
    head = [*answer.without(b"content-length").headers, (b"connection", b"close")]
    match fault:
        case AnswerFault.RESET:
            _reset_connection(wire)
            return 0
        case AnswerFault.RESET_MIDWAY:
            wire.write(_write_head(answer.status, [*head, (b"content-length", b"%d" % len(answer.body))]) + half)
            _reset_connection(wire)
        case AnswerFault.CUT_CHUNKED:
            chunk = b"%x\r\n%b\r\n" % (len(half), half) if half else b""
            wire.write(_write_head(answer.status, [*head, (b"transfer-encoding", b"chunked")]) + chunk)
            wire.close()
        case _:
            wire.write(_write_head(answer.status, [*head, (b"content-length", b"%d" % (len(answer.body) + 1))]) + half)
            wire.close()
    return len(half)


def _write_head(status: int, headers: RawHeaders) -> bytes:
    lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(), *(k + b": " + v for k, v in headers)]
    return b"\r\n".join([*lines, b"", b""])


def _reset_connection(wire: asyncio.Transport) -> None:
    # linger of zero seconds turns the close into a reset
    raw = wire.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    wire.abort()
