"""Bearer tokens by client credentials: one organization, one cached token, fetched by one thread at a time.

Owns the token request and its errors. The token is renewed before it expires, and once more when the API refuses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import msgspec

from finago_assets.core.errors import AuthRefused, Blocked, Malformed
from finago_assets.core.http.body import BYTE_ORDER_MARK
from finago_assets.core.http.call import Tally
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.verdict import failure

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from finago_assets.core.http.connection import Connection
    from finago_assets.core.http.retry import Retry
    from finago_assets.core.http.transport import Reply, Wire

TEMPLATE: Final = "the token endpoint"
ASSUMED_LIFETIME: Final = 3600.0
LONGEST_LIFETIME: Final = 24 * 3600.0
MARGIN: Final = 60.0
TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,16384}")
# repeated in messages; any other word is the server's own text and stays out of them
KNOWN_ERRORS: Final = frozenset(
    {
        "access_denied",
        "invalid_client",
        "invalid_grant",
        "invalid_request",
        "invalid_scope",
        "server_error",
        "temporarily_unavailable",
        "too_many_requests",
        "unauthorized_client",
        "unsupported_grant_type",
    }
)


class _Granted(msgspec.Struct):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a scheme
    expires_in: object = None


class _Refused(msgspec.Struct):
    error: object = ""


@dataclass(slots=True, eq=False)
class Token:
    """A bearer token and the clock reading from which it is renewed; `accepted` once the API took it."""

    value: Secret
    renew_at: float
    accepted: bool = False


class TokenSource:
    """Thread-safe: threads wait for the one that fetches. A refusal is remembered, and the endpoint not asked again."""

    def __init__(
        self, connection: Connection, wire: Wire, retry: Retry, clock: Callable[[], float], now: Callable[[], datetime]
    ) -> None:
        self._connection = connection
        self._wire = wire
        self._retry = retry
        self._clock = clock
        self._now = now
        self._lock = Lock()
        self._token: Token | None = None
        self._refused: str | None = None

    def token(self, refused: Token | None = None) -> Token:
        """Give the current token; a new one when it is about to expire or is the one that the API just `refused`."""
        with self._lock:
            current = self._token
            if current is None or current is refused or self._clock() >= current.renew_at:
                current = self._token = self._fetched()
            return current

    def _fetched(self) -> Token:
        if self._refused is not None:
            raise AuthRefused(self._refused)
        try:
            return self._retry.run(self._attempt, Tally(), f"POST {TEMPLATE}")
        except Fault as raised:
            error = raised.typed("POST", TEMPLATE)
        if isinstance(error, AuthRefused):
            self._refused = str(error)
        raise error

    def _attempt(self) -> Token:
        asked_at = self._clock()
        reply = self._wire.post_form(self._connection.token_url, self._form(), self._connection.client_secret)
        if reply.status != 200:
            raise self._failure(reply)
        return _granted(reply, asked_at)

    def _form(self) -> Secret:
        fields = {
            "grant_type": "client_credentials",
            "client_id": self._connection.client_id,
            "client_secret": self._connection.client_secret.reveal(),
            "audience": self._connection.audience,
            "login_organization": self._connection.organization_id,
        }
        return Secret(urlencode(fields))

    def _failure(self, reply: Reply) -> Fault:
        fault = failure(reply, lambda _target: False, self._now(), self._retry.policy.throttle_seconds)
        if 400 <= reply.status < 500 and not fault.again and fault.kind is not Blocked:
            fault.kind = AuthRefused
            fault.reason = f"the credentials were refused{_known_word(reply)}"
        return fault


def _granted(reply: Reply, asked_at: float) -> Token:
    try:
        granted = msgspec.json.decode(reply.body.removeprefix(BYTE_ORDER_MARK), type=_Granted)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        granted = None
    if granted is None:
        raise _unusable(reply, "the answer is no token", again=True)
    if granted.token_type.lower() != "bearer" or not TOKEN.fullmatch(granted.access_token):
        raise _unusable(reply, "the answer's token is not a bearer token")
    lifetime = _lifetime(granted.expires_in)
    return Token(Secret(granted.access_token), asked_at + lifetime - min(MARGIN, lifetime / 5))


def _unusable(reply: Reply, reason: str, *, again: bool = False) -> Fault:
    return Fault(Malformed, reason, again=again, status=reply.status, trace=reply.trace, size=reply.wire_bytes)


def _lifetime(stated: object) -> float:
    """Seconds a token lives. What cannot be read counts as missing; the early 401 path covers a wrong guess."""
    text = str(stated)
    if isinstance(stated, bool) or not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", text):
        return ASSUMED_LIFETIME
    return min(float(text), LONGEST_LIFETIME) or 1.0


def _known_word(reply: Reply) -> str:
    try:
        word = msgspec.json.decode(reply.body, type=_Refused).error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return ""
    return f" with `{word}`" if isinstance(word, str) and word in KNOWN_ERRORS else ""
