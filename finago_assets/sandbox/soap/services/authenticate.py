"""The Authenticate service: logging in, and whose books a session is about.

Owns how an identity reads. Who may log in is `sessions`'.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.ids import Thing, make_guid

if TYPE_CHECKING:
    from finago_assets.sandbox.soap.call import AsmxAnswering, AsmxCall, AsmxRecord
    from finago_assets.sandbox.soap.sessions import SoapIdentity

INTEGRATION_USER: Final = 5  # the integration among the people of the organization


def log_in(call: AsmxCall) -> str:
    """A new session id, or an empty text for a wrong credential."""
    call.new_session = call.desk.sessions.log_in(call.arguments["credential"], call.desk.now())
    return call.new_session or ""


def has_session(call: AsmxCall) -> bool:
    """Whether the cookie names a session."""
    return call.session is not None


def current_identity(call: AsmxCall) -> AsmxRecord:
    """Whose books the session is about."""
    return _render_identity(call, call.authenticated.identity)


def identities(call: AsmxCall) -> list[AsmxRecord]:
    """Every identity of the user, blocked ones too."""
    _ = call.authenticated
    return [_render_identity(call, one) for one in call.desk.sessions.identities]


def identities_with_credential(call: AsmxCall) -> list[AsmxRecord]:
    """The same without a session, for whoever knows the credential."""
    if not call.desk.sessions.knows(call.arguments["credential"]):
        return []
    return [_render_identity(call, one) for one in call.desk.sessions.identities]


def set_identity(call: AsmxCall) -> bool:
    """Make the session another identity's."""
    said = call.arguments["identity"] or {}
    return call.desk.sessions.take_identity(call.authenticated, said.get("Id"))


def set_identity_by_id(call: AsmxCall) -> bool:
    """Make the session another identity's."""
    return call.desk.sessions.take_identity(call.authenticated, call.arguments["identityId"])


def _render_identity(call: AsmxCall, identity: SoapIdentity) -> AsmxRecord:
    current = call.session is not None and call.session.identity.id == identity.id
    return {
        "Id": identity.id,
        "User": {
            "Id": make_guid(Thing.PERSON, INTEGRATION_USER),
            "Name": "Integrasjon",
            "EmployeeId": INTEGRATION_USER,
        },
        "Client": {"Id": _client_id(identity.organization), "Name": identity.company},
        "IsCurrent": current,
        "IsDefault": identity is call.desk.sessions.identities[0],
        "IsProtected": False,
        "Servers": [{"Id": 1, "Type": 2}],
        "IsDisabled": identity.blocked,
    }


def _client_id(organization: str) -> int:
    return int(organization) if organization.isdecimal() else 0


HANDLERS: Final[dict[str, AsmxAnswering]] = {
    "Login": log_in,
    "HasSession": has_session,
    "GetIdentity": current_identity,
    "GetIdentities": identities,
    "GetIdentitiesWithCredential": identities_with_credential,
    "GetIdentitiesWithCredentialByService": identities_with_credential,
    "SetIdentity": set_identity,
    "SetIdentityById": set_identity_by_id,
}
