"""One call on its way to a file: what is kept of an answer, and when a write may be sent once more.

Owns the difference between reads and writes. Tokens, ceiling and attempts are the client's.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from finago_assets.core.errors import Malformed, OutcomeUnknown
from finago_assets.core.http.body import BYTE_ORDER_MARK, INFLATED_LIMIT, split_records
from finago_assets.core.http.chunks import PACE, Bounds
from finago_assets.core.http.empty import EmptyAnswers
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.links import leads_on
from finago_assets.core.http.secret_scanner import SecretScanner
from finago_assets.core.http.transport import ERROR_BODY_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.http.call import Call
    from finago_assets.core.http.protocol import Redaction
    from finago_assets.core.http.receipt import Receipt
    from finago_assets.core.http.secret import Secret
    from finago_assets.core.http.sign_in import Credential
    from finago_assets.core.http.transport import HttpPool, Reply

T = TypeVar("T")
KEPT_HEADERS: Final = ("content-type", "location", "retry-after", "date", "etag", "last-modified", "allow")
PLAIN_VALUE: Final = re.compile(r"[ -~]{1,1024}")
READ_SUCCESSES: Final = frozenset({200, 204})
WRITE_SUCCESSES: Final = frozenset(range(200, 300))
# the one 4xx by which a server says that it did not get to the end of the request, not that it refuses it
WAITED_TOO_LONG: Final = 408
THROTTLED: Final = 429
REPEATS: Final = "the answer repeats a secret of ours, so it is not kept"


class Delivery(Generic[T]):
    """The attempts of one call. `check` reads the file of a success and answers what the caller wants to know of it.

    `check` raises a Fault for a body that cannot be believed; its file may be empty.
    """

    def __init__(  # noqa: PLR0913, PLR0917  what the client knows of one call
        self,
        call: Call,
        url: str,
        receipt: Receipt,
        check: Callable[[Path], T],
        secrets: tuple[Secret, ...],
        redaction: Redaction | None,
    ) -> None:
        self._call = call
        self._url = url
        self._receipt = receipt
        self._check = check
        self._secrets = secrets
        self._redaction = redaction
        self._empty = EmptyAnswers(possible=not call.single)

    def ask(self, pool: HttpPool, credential: Credential) -> Reply:
        """Send once. The receipt then tells of this answer, whatever it is."""
        scanner = SecretScanner(credential.value, *self._secrets)
        self._receipt.clear()
        unredacted = bytearray()
        with self._receipt.opened() as file:
            keep = file.write if self._redaction is None else unredacted.extend

            def pour(piece: bytes) -> None:
                if scanner.in_next(piece):
                    raise Fault(Malformed, REPEATS)
                keep(piece)

            try:
                reply = pool.send(self._call, self._url, credential, pour, self._bounds)
                file.write(self._redact(unredacted))
            except Fault as raised:
                file.truncate(0)
                fault = raised
            else:
                note_reply(reply, self._receipt, scanner, self._redaction)
                file.write(self._receipt.refusal)
                return reply
        self._receipt.status, self._receipt.trace_id = fault.status, fault.trace
        raise fault

    @property
    def _bounds(self) -> Bounds:
        # what is redacted is held in memory until then
        most = self._receipt.limit if self._redaction is None else min(self._receipt.limit, INFLATED_LIMIT)
        return Bounds(most, most, PACE)

    def _redact(self, body: bytearray) -> bytes:
        """Return a success as it may be kept: each record without its secrets, in the shape that it came in."""
        if self._redaction is None or not body.strip():
            return b""
        single = not body.removeprefix(BYTE_ORDER_MARK).lstrip().startswith(b"[")
        records = self._redaction.apply(self._call.template, split_records(body, single=single))
        return records[0] if single else b"[" + b",".join(records) + b"]"

    def believe(self, reply: Reply) -> T:
        """Judge the body of a success."""
        try:
            if reply.status == 200 and not self._call.writes and self._receipt.size == 0:
                self._empty.believe(reply)
            else:
                self._empty.end()
            return self._check(self._receipt.file)
        except Fault as raised:
            fault = raised
        fault.status, fault.trace, fault.size = reply.status, reply.trace, reply.wire_bytes
        raise fault


def judge(call: Call, fault: Fault) -> Fault:
    """Make of a failed attempt's fault the one that decides about the next attempt.

    A read may be sent as often as one likes. A write may be sent again when nothing of it can have arrived, or when
    the server answered 429, which says that it was counted and turned away before anybody looked at it. Any other
    4xx refuses it too, and would again. Everything else, a 5xx, a redirect, a silence, an answer cut short, leaves
    open whether it was carried out, and sending it again might do it twice.
    """
    if not call.writes or not fault.sent or fault.refused:
        return fault
    if fault.status is not None and 400 <= fault.status < 500 and fault.status != WAITED_TOO_LONG:
        fault.again = fault.again and fault.status == THROTTLED
        return fault
    # a page of a proxy's own may well have status 200: a yes is one only as long as the answer looks like the API's
    fault.accepted = fault.status in WRITE_SUCCESSES and fault.kind is not Malformed
    fault.kind, fault.again, fault.floor = OutcomeUnknown, False, None
    return fault


def note_reply(reply: Reply, receipt: Receipt, scanner: SecretScanner, redaction: Redaction | None) -> None:
    """Keep what a reply says besides the body of a success, as far as it repeats no secret.

    An error's body is no record that a redaction knows, so that of an API that has one is not kept.
    """
    receipt.status, receipt.trace_id = reply.status, reply.trace
    receipt.goes_on = leads_on(reply.all("link"))
    receipt.headers.clear()
    for name in KEPT_HEADERS:
        value = reply.first(name)
        if value is not None and PLAIN_VALUE.fullmatch(value) and not scanner.in_text(value.encode()):
            receipt.headers[name] = value
    kept = redaction is None and reply.status >= 300 and not scanner.in_text(reply.body)
    receipt.refusal = bytes(reply.body[:ERROR_BODY_LIMIT]) if kept else b""


def refuse_secrets(reply: Reply, scanner: SecretScanner) -> None:
    """Raise a fault where the body of a success repeats a secret of ours."""
    if reply.status < 300 and scanner.in_text(reply.body):
        raise Fault(Malformed, REPEATS, status=reply.status, trace=reply.trace, size=reply.wire_bytes)
