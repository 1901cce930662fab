"""Who may log in, as whom, and for how long: identities, sessions, and the throttle on logins.

Owns the credentials, which open nothing but a sandbox. A session id is never logged.
"""

from __future__ import annotations

import secrets
from collections import deque
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.ids import Thing, make_guid
from finago_assets.sandbox.soap.envelope import SoapFaulted
from finago_assets.sandbox.soap.lexical import NO_GUID

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

SANDBOX_APPLICATION_ID: Final = "5a9db0c5-0000-4000-8000-000000000024"
SANDBOX_USERNAME: Final = "integration@sandbox.example"
SANDBOX_PASSWORD: Final = "sandbox-password-that-opens-nothing"  # noqa: S105  it opens nothing but a sandbox
SESSION_COOKIE: Final = "ASP.NET_SessionId"
BLOCKED_CLIENT: Final = "390000000000009"
COMPANY: Final = "Sandkassen Handel AS"
MINUTE: Final = 60.0

NO_SESSION: Final = "Client is not authenticated on this identity"
IDENTITY_BLOCKED: Final = (
    "Provided IdentityId is blocked. Please use GetIdentitiesWithCredential to find one that is not."
)


@dataclass(frozen=True, slots=True)
class SoapIdentity:
    """The user of the integration in one organization."""

    id: str
    organization: str
    company: str
    blocked: bool = False


@dataclass(slots=True)
class DeskSession:
    """A session: one identity at a time, and when it was last used."""

    identity: SoapIdentity
    used: float


def make_identities(organizations: tuple[str, ...]) -> tuple[SoapIdentity, ...]:
    """Return an identity for each organization, and a blocked one in a company that is not served."""
    named = [COMPANY, *(f"Sandkassen Handel {place} AS" for place in range(2, len(organizations) + 1))]
    found = [
        SoapIdentity(make_guid(Thing.IDENTITY, place), organization, named[place])
        for place, organization in enumerate(organizations)
    ]
    found.append(SoapIdentity(make_guid(Thing.IDENTITY, 999), BLOCKED_CLIENT, "Gamle Sandkassen AS", blocked=True))
    return tuple(found)


@dataclass(slots=True)
class SoapSessions:
    """Every session that is alive. `lifetime` is in seconds since a session was last used.

    A test may have another password, and ids of its own making.
    """

    identities: tuple[SoapIdentity, ...]
    lifetime: float
    logins_per_minute: int
    password: str = field(default=SANDBOX_PASSWORD, repr=False)
    make_id: Callable[[], str] = field(default=partial(secrets.token_hex, 12), repr=False)
    _alive: dict[str, DeskSession] = field(default_factory=dict, repr=False)
    _logins: deque[float] = field(default_factory=deque)

    def knows(self, credential: Mapping[str, object] | None) -> bool:
        """Tell whether a credential is the right one."""
        said = credential or {}
        wanted = (SANDBOX_APPLICATION_ID, SANDBOX_USERNAME, self.password)
        return (said.get("ApplicationId"), said.get("Username"), said.get("Password")) == wanted

    def log_in(self, credential: Mapping[str, object] | None, now: float) -> str | None:
        """Return a new session, None for a wrong credential.

        Raises SoapFaulted for an identity that is blocked, and for logins that come too fast.
        """
        self._throttle(now)
        if credential is None or not self.knows(credential):
            return None
        identity = self._identity_of(credential.get("IdentityId"))
        if identity is None:
            return None
        if identity.blocked:
            raise SoapFaulted(IDENTITY_BLOCKED)
        session = self.make_id()
        self._alive[session] = DeskSession(identity, now)
        return session

    def of_cookie(self, session: str | None, now: float) -> DeskSession | None:
        """Return the session that a cookie names, None for one that is not alive."""
        found = self._alive.get(session or "")
        if found is None or found.used + self.lifetime <= now:
            return None
        found.used = now
        return found

    def take_identity(self, session: DeskSession, identity_id: object) -> bool:
        """Make a session that of another identity and tell whether it is now."""
        found = self._identity_of(identity_id)
        if found is None or found.blocked:
            return False
        session.identity = found
        return True

    def change_organization(self, organization: str) -> int:
        """Make every session that of an organization and return how many there are. Raises KeyError."""
        found = next((one for one in self.identities if one.organization == organization), None)
        if found is None:
            raise KeyError(organization)
        for session in self._alive.values():
            session.identity = found
        return len(self._alive)

    def lead_astray(self, session: DeskSession) -> None:
        """Make a session that of the next organization; of a single one, that of the company that is not served."""
        session.identity = next(one for one in self.identities if one.organization != session.identity.organization)

    def expire(self) -> int:
        """End every session and return how many there were."""
        ended = len(self._alive)
        self._alive.clear()
        return ended

    def _identity_of(self, identity_id: object) -> SoapIdentity | None:
        if identity_id in (None, NO_GUID):
            return self.identities[0]
        return next((one for one in self.identities if one.id == identity_id), None)

    def _throttle(self, now: float) -> None:
        while self._logins and self._logins[0] <= now - MINUTE:
            self._logins.popleft()
        self._logins.append(now)
        if self.logins_per_minute and len(self._logins) > self.logins_per_minute:
            raise SoapFaulted("Too many logins with the same credential. The request is throttled.")
