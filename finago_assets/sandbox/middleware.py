"""The middleware that every request passes: log, trace id, latency, rate limit, faults, compression.

Owns the way from a finished answer to the socket. Sits outside starlette, as ASGI, because faults need the socket.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from uvicorn.protocols.http.auto import AutoHTTPProtocol

from finago_assets.sandbox.breakage import INSTEAD, ON_THE_SOCKET, RawResponse, bent, deliver, drip, instead, sever
from finago_assets.sandbox.faults import AnswerFault, ErrorBody, Rule
from finago_assets.sandbox.file_routes import FILES
from finago_assets.sandbox.soap.routes import operation_in

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from finago_assets.sandbox.state import Sandbox, ServedRequest

Wires = dict[tuple[str, int], asyncio.Transport]

CONTROL: Final = "/_sandbox"
COMPRESSED_ABOVE: Final = 500


def recording(wires: Wires) -> type[asyncio.Protocol]:
    """Return uvicorn's protocol, with every open connection findable by the client's address."""

    class Recording(AutoHTTPProtocol):  # type: ignore[misc, valid-type]  # uvicorn picks the class at import
        def connection_made(self, transport: asyncio.Transport) -> None:
            self.address = tuple(transport.get_extra_info("peername")[:2])
            wires[self.address] = transport
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            wires.pop(self.address, None)
            super().connection_lost(exc)

    return Recording


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request in ASGI's own terms."""

    scope: Scope
    receive: Receive
    send: Send

    async def received_whole(self) -> Exchange:
        """Return the same request with its body here, so that it can be answered after its sender has gone."""
        messages = [await self.receive()]
        while messages[-1].get("more_body"):
            messages.append(await self.receive())
        held = deque(messages)

        async def receive() -> Message:
            return held.popleft() if held else await self.receive()

        return Exchange(self.scope, receive, self.send)

    def header(self, name: bytes) -> str:
        """Return a request header, empty when it is absent."""
        found = next((value for key, value in self.scope["headers"] if key == name), b"")
        return bytes(found).decode("latin-1")


@dataclass(slots=True)
class Middleware:
    """ASGI application around the API."""

    app: ASGIApp
    sandbox: Sandbox
    wires: Wires = field(default_factory=dict)
    _bodies: dict[str, bytes] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] != "http" or scope["path"].startswith(CONTROL):
            await self.app(scope, receive, send)
            return
        query = scope["query_string"].decode("latin-1")
        with self.sandbox.lock:
            signed = scope["path"].startswith(FILES)
            request = self.sandbox.arrived(scope["method"], scope["path"], "" if signed else query)
            operation = operation_in(scope["headers"])
            rule = self.sandbox.script.next(scope["path"], query, scope["method"], operation)
        await self._pause(rule)
        exchange = Exchange(scope, receive, send)
        if rule is not None and rule.fault is AnswerFault.SLOW:
            exchange = await exchange.received_whole()
            await asyncio.sleep(rule.seconds)
        answer = await self._answer(rule, request, exchange)
        request.fault = None if rule is None else rule.fault.value
        if rule is not None and rule.fault is AnswerFault.LATE:
            await asyncio.sleep(rule.seconds)
        await self._send(rule, request, answer, exchange)
        request.ended = time.monotonic()

    async def _pause(self, rule: Rule | None) -> None:
        seconds = self.sandbox.options.latency
        seconds += rule.seconds if rule is not None and rule.fault is AnswerFault.LATENCY else 0
        if seconds:
            await asyncio.sleep(seconds)

    async def _answer(self, rule: Rule | None, request: ServedRequest, exchange: Exchange) -> RawResponse:
        answer = await self._made(rule, request, exchange)
        if rule is not None:
            origin = f"http://{exchange.header(b'host')}"
            answer = bent(rule, answer, f"{request.path}?{request.query}", origin)
        answer.headers.append((b"X-Trace-Id", request.trace_id.encode()))
        squeezable = len(answer.body) > COMPRESSED_ABOVE and self.sandbox.options.compress
        if squeezable and not _has(answer, b"content-encoding") and "gzip" in exchange.header(b"accept-encoding"):
            return answer.compressed()
        return answer

    async def _made(self, rule: Rule | None, request: ServedRequest, exchange: Exchange) -> RawResponse:
        if self.sandbox.too_many():
            asks = (None, "1", "date:1")[self.sandbox.served % 3]
            return instead(
                Rule(fault=AnswerFault.STATUS, status=429, body=ErrorBody.TEXT, retry_after=asks), request.trace_id
            )
        if rule is not None and rule.fault is AnswerFault.EXPIRY:
            with self.sandbox.lock:
                self.sandbox.tokens.expire()
                self.sandbox.soap.sessions.expire()
        answer = await self._inner(rule, request, exchange) if _works(rule) else RawResponse(503, b"")
        if rule is not None and rule.fault in INSTEAD:
            return instead(rule, request.trace_id)
        return self._remembered(rule, request, answer)

    async def _inner(self, rule: Rule | None, request: ServedRequest, exchange: Exchange) -> RawResponse:
        start: Message = {}
        body = bytearray()

        async def catch(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                body.extend(message.get("body", b""))

        exchange.scope.setdefault("state", {}).update(trace_id=request.trace_id, rule=rule)
        await self.app(exchange.scope, exchange.receive, catch)
        return RawResponse(start["status"], bytes(body), list(start["headers"]))

    def _remembered(self, rule: Rule | None, request: ServedRequest, answer: RawResponse) -> RawResponse:
        """Keep bodies for the faults that serve an old one again, but only while such a rule is about."""
        if not self.sandbox.script.repeats or answer.status != 200 or request.method != "GET":
            return answer
        chain = "&".join(part for part in request.query.split("&") if not part.startswith(("page=", "continuation")))
        foreign = rule is not None and rule.fault is AnswerFault.FOREIGN_ROWS
        key = request.path if foreign else f"{request.path}?{chain}"
        old = self._bodies.get(key)
        for place in (request.path, f"{request.path}?{chain}"):
            self._bodies[place] = answer.body
        if old is None or rule is None or rule.fault not in (AnswerFault.SAME_PAGE, AnswerFault.FOREIGN_ROWS):
            return answer
        return RawResponse(200, old, answer.headers)

    async def _send(self, rule: Rule | None, request: ServedRequest, answer: RawResponse, exchange: Exchange) -> None:
        wire = self.wires.get(tuple(exchange.scope["client"]))
        request.status, request.sent = answer.status, len(answer.body)
        if wire is None or rule is None or rule.fault not in ON_THE_SOCKET | {AnswerFault.DRIP}:
            await deliver(answer, exchange.send)
        elif rule.fault is AnswerFault.DRIP:
            await drip(answer, rule.seconds, wire, exchange.send)
        else:
            request.sent = sever(rule.fault, answer, wire)
            request.status = 0 if rule.fault is AnswerFault.RESET else answer.status
            while (await exchange.receive())["type"] != "http.disconnect":
                pass


def _works(rule: Rule | None) -> bool:
    """Tell whether a request is carried out, whatever becomes of its answer."""
    if rule is None or rule.fault is AnswerFault.RESULT:
        return True
    return rule.fault not in INSTEAD if rule.work is None else rule.work


def _has(answer: RawResponse, name: bytes) -> bool:
    return any(key.lower() == name for key, _ in answer.headers)
