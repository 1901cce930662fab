"""Signing in to the SOAP services: which identity, a session for it, and that the session is the organization's.

Owns these three requests. When a session is opened, and that it is opened again once, is `core/http/auth.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finago_assets.apis.finago_soap.contract import SERVICE_PATHS, Service, contract_of
from finago_assets.apis.finago_soap.ledger import Identity, calendar_day
from finago_assets.core.errors import AuthRefused, Malformed, WrongOrganization
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.sign_in import TOKEN, Asking, Credential, Granted, SignInStep
from finago_assets.core.soap.answers import read_reply
from finago_assets.core.soap.contract import MEDIA_TYPE
from finago_assets.core.soap.models import from_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.http.transport import Reply

COOKIE: Final = "ASP.NET_SessionId"
# nobody says how long a session lives; an expired one is told by its first answer, and renewed then
SESSION_SECONDS: Final = 12 * 3600.0
NOBODY: Final = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True, repr=False)
class SoapSession:
    """A session of one identity. Without an `identity_id` it is the one that the user has in the organization."""

    url: str
    organization_id: str
    application_id: str
    username: str
    password: Secret
    identity_id: str = ""
    name: str = "the login of the SOAP services"

    def ask(self) -> Asking:
        """See `SignIn.ask`."""
        if self.identity_id:
            return self._login(self.identity_id)
        return self._asking("GetIdentitiesWithCredential", {"credential": self._credential(NOBODY)})

    def granted(self, reply: Reply) -> Granted | SignInStep:
        """See `SignIn.granted`."""
        if self.identity_id:
            return self._opened(reply)
        identities = [_identity_of(one) for one in self._read("GetIdentitiesWithCredential", reply) if one]
        ours = [one for one in identities if holds(one, self.organization_id) and not one.is_disabled]
        if not identities:
            raise _refused(reply, AuthRefused, "the credentials were refused, or belong to nobody")
        if not ours:
            raise _refused(reply, WrongOrganization, _without(identities, self.organization_id))
        chosen = next((one for one in ours if one.is_default), ours[0])
        return SignInStep(self._login(chosen.id), self._opened)

    def word_of_refusal(self, reply: Reply) -> str:  # noqa: ARG002  a login says nothing that may be repeated
        """See `SignIn.word_of_refusal`."""
        return ""

    def _opened(self, reply: Reply) -> SignInStep:
        session = self._read("Login", reply)
        if not session:
            raise _refused(reply, AuthRefused, "the credentials were refused")
        if not TOKEN.fullmatch(session):
            raise _refused(reply, Malformed, "the answer's session id is none that could be sent back")
        credential = Credential(Secret(session), "Cookie", f"{COOKIE}=")
        asking = self._asking("GetIdentity", {}, {"Cookie": f"{COOKIE}={session}"}, Secret(session))
        return SignInStep(asking, lambda answer: self._confirmed(answer, credential))

    def _confirmed(self, reply: Reply, credential: Credential) -> Granted:
        found = self._read("GetIdentity", reply)
        if why := why_not_of(_identity_of(found) if found else None, self.organization_id):
            raise _refused(reply, WrongOrganization, why)
        return Granted(credential, SESSION_SECONDS)

    def _login(self, identity_id: str) -> Asking:
        return self._asking("Login", {"credential": self._credential(identity_id)})

    def _credential(self, identity_id: str) -> dict[str, object]:
        return {
            "ApplicationId": self.application_id,
            "IdentityId": identity_id,
            "Password": self.password.reveal(),
            "Username": self.username,
        }

    def _asking(
        self,
        operation: str,
        values: Mapping[str, object],
        headers: Mapping[str, str] | None = None,
        hidden: Secret | None = None,
    ) -> Asking:
        message = contract_of(Service.AUTHENTICATE).message(operation, values)
        body = Secret(message.body.decode())
        url = f"{self.url}{SERVICE_PATHS[Service.AUTHENTICATE]}"
        return Asking(url, body, hidden or self.password, MEDIA_TYPE, {**message.headers, **(headers or {})})

    @staticmethod
    def _read(operation: str, reply: Reply) -> Any:  # noqa: ANN401  as the contract says
        return read_reply(contract_of(Service.AUTHENTICATE), operation, reply)


def holds(identity: Identity, organization_id: str) -> bool:
    """Tell whether an identity is one in the organization."""
    return identity.client is not None and f"{identity.client.id}" == organization_id


def why_not_of(identity: Identity | None, organization_id: str) -> str:
    """Say whose a session is that is not the organization's; nothing where it is."""
    if identity is not None and holds(identity, organization_id):
        return ""
    whose = "nobody's" if identity is None or identity.client is None else f"organization {identity.client.id}'s"
    return f"the session is {whose}, not organization {organization_id}'s"


def _identity_of(values: Mapping[str, Any]) -> Identity:
    return from_wire(Identity, values, calendar_day)


def _without(identities: list[Identity], organization_id: str) -> str:
    others = sorted({f"{one.client.id}" for one in identities if one.client is not None and not one.is_disabled})
    return f"the user has no identity in organization {organization_id}, but in {', '.join(others) or 'none'}"


def _refused(reply: Reply, kind: type[AuthRefused | Malformed], reason: str) -> Fault:
    return Fault(kind, reason, status=reply.status, trace=reply.trace, size=reply.wire_bytes)
