"""The ways to sign in that APIs share: client credentials for a bearer token, and a session whose cookie is sent along.

Owns the request and the reading of its answer. When to sign in, and that one thread does it, is `auth.py`'s.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Final, Protocol
from urllib.parse import urlencode

import msgspec

from finago_assets.core.errors import AuthRefused, Malformed
from finago_assets.core.http.body import BYTE_ORDER_MARK
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from finago_assets.core.http.transport import Reply

FORM: Final = "application/x-www-form-urlencoded"
TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=-]{1,16384}")
LONGEST_LIFETIME: Final = 24 * 3600.0
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


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """The header by which a request shows who asks."""

    value: Secret
    header: str = "Authorization"
    scheme: str = "Bearer "


@dataclass(frozen=True, slots=True, repr=False)
class Asking:
    """The request that signs in; `hidden` is the part of it that must not come back as somebody's id."""

    url: str
    body: Secret
    hidden: Secret
    media_type: str = FORM
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, repr=False)
class Granted:
    """What came of it; `seconds` is how long it lives, None where nobody says."""

    credential: Credential
    seconds: float | None


@dataclass(frozen=True, slots=True, repr=False)
class SignInStep:
    """One more request that signing in takes, and what reads a 200 to it, as `SignIn.granted` does."""

    asking: Asking
    read: Callable[[Reply], Granted | SignInStep]


class SignIn(Protocol):
    """How one connection signs in; `name` is what errors call it."""

    @property
    def name(self) -> str: ...

    def ask(self) -> Asking: ...

    def granted(self, reply: Reply) -> Granted | SignInStep:
        """Read a 200. Raises a fault: AuthRefused where it is a refusal, Malformed where it is nothing usable."""
        ...

    def word_of_refusal(self, reply: Reply) -> str:
        """Return the known word by which a refusal calls itself, or nothing."""
        ...


class _Token(msgspec.Struct):
    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a scheme
    expires_in: object = None


class _Refused(msgspec.Struct):
    error: object = ""


@dataclass(frozen=True, slots=True, repr=False)
class ClientCredentials:
    """A bearer token by client credentials (RFC 6749, 4.4): `fields` are those of the form besides the grant's own."""

    url: str
    client_id: str
    client_secret: Secret
    fields: Mapping[str, str] = field(default_factory=dict)
    name: str = "the token endpoint"

    def ask(self) -> Asking:
        """See `SignIn.ask`."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret.reveal(),
            **self.fields,
        }
        return Asking(self.url, Secret(urlencode(form)), self.client_secret)

    def granted(self, reply: Reply) -> Granted:
        """See `SignIn.granted`."""
        try:
            token = msgspec.json.decode(reply.body.removeprefix(BYTE_ORDER_MARK), type=_Token)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            token = None
        if token is None:
            raise _unusable(reply, "the answer is no token", again=True)
        if token.token_type.lower() != "bearer" or not TOKEN.fullmatch(token.access_token):
            raise _unusable(reply, "the answer's token is not a bearer token")
        return Granted(Credential(Secret(token.access_token)), _lifetime(token.expires_in))

    def word_of_refusal(self, reply: Reply) -> str:
        """See `SignIn.word_of_refusal`."""
        try:
            word = msgspec.json.decode(reply.body, type=_Refused).error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return ""
        return word if isinstance(word, str) and word in KNOWN_ERRORS else ""


@dataclass(frozen=True, slots=True, repr=False)
class CookieSession:
    """A session: `body` is posted to `url`, and the session's id is sent along as the cookie `cookie`.

    `session_of` finds the id in the answer; without it the id is that of a Set-Cookie. No id is a refusal.
    """

    url: str
    body: Secret
    password: Secret
    cookie: str
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    session_of: Callable[[bytes], str | None] | None = None
    seconds: float | None = None
    name: str = "the login"

    def ask(self) -> Asking:
        """See `SignIn.ask`."""
        return Asking(self.url, self.body, self.password, self.media_type, self.headers)

    def granted(self, reply: Reply) -> Granted:
        """See `SignIn.granted`."""
        session = self.session_of(bytes(reply.body)) if self.session_of is not None else self._set_cookie(reply)
        if not session:
            raise Fault(AuthRefused, "the credentials were refused", status=reply.status, trace=reply.trace)
        if not TOKEN.fullmatch(session):
            raise _unusable(reply, "the answer's session id is none that could be sent back")
        return Granted(Credential(Secret(session), "Cookie", f"{self.cookie}="), self.seconds)

    def word_of_refusal(self, reply: Reply) -> str:  # noqa: ARG002  a login says nothing that may be repeated
        """See `SignIn.word_of_refusal`."""
        return ""

    def _set_cookie(self, reply: Reply) -> str | None:
        for line in reply.all("set-cookie"):
            try:
                found = SimpleCookie(line).get(self.cookie)
            except CookieError:
                continue
            if found is not None:
                return found.value
        return None


def _unusable(reply: Reply, reason: str, *, again: bool = False) -> Fault:
    return Fault(Malformed, reason, again=again, status=reply.status, trace=reply.trace, size=reply.wire_bytes)


def _lifetime(stated: object) -> float | None:
    """Seconds a token lives. What cannot be read counts as missing; the early 401 path covers a wrong guess."""
    text = str(stated)
    if isinstance(stated, bool) or not re.fullmatch(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", text):
        return None
    return min(float(text), LONGEST_LIFETIME) or 1.0
