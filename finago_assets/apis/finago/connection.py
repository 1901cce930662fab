"""Who asks the Finago Office REST API: one organization's credentials, and the habits of that API.

Owns the two addresses, the form of the token request and the vendor's words. Reads no environment.
"""

from __future__ import annotations

import re
import typing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago.endpoints import FINAGO_REST
from finago_assets.core.connections.model import ConnectionKind
from finago_assets.core.errors import AuthRefused, Blocked, ForeignOrigin, NotFound, RateLimited, Unavailable
from finago_assets.core.http.connection import check_client, checked, checked_organization
from finago_assets.core.http.protocol import Protocol
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.sign_in import ClientCredentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.model import Source

API_URL: Final = "https://rest.api.24sevenoffice.com/v1"
TOKEN_URL: Final = "https://login.24sevenoffice.com/oauth/token"  # noqa: S105 - an address
AUDIENCE: Final = "https://api.24sevenoffice.com"

FINAGO_PROTOCOL: Final = Protocol(
    trace_header="x-trace-id",
    trace_field="trackingId",
    # the SOAP side's words for a used-up hourly limit, seen behind several statuses
    throttled=re.compile(rb"limit exceeded by|quarantine ends at", re.IGNORECASE),
    advice={
        RateLimited: "Run it again later, or lower FINAGO_REQUESTS_PER_SECOND.",
        AuthRefused: "Check FINAGO_CLIENT_ID, FINAGO_CLIENT_SECRET and FINAGO_ORGANIZATION_ID.",
        Blocked: (
            "Something in front of the API answers in its place. Check that a firewall or proxy on the way lets this "
            "machine through (its address, FINAGO_PROXY), and FINAGO_API_URL and FINAGO_TOKEN_URL."
        ),
        Unavailable: (
            "Check the address (FINAGO_API_URL, FINAGO_TOKEN_URL) and the vendor's status page, then run it again."
        ),
        NotFound: "The record or the endpoint is gone, or FINAGO_API_URL is wrong.",
        ForeignOrigin: "Nothing was sent there; check FINAGO_API_URL and what answers on it.",
    },
    sign_in_steps={
        401: (
            "Check FINAGO_CLIENT_ID and FINAGO_CLIENT_SECRET: not exchanged, and the newest secret, since a new one "
            "may end the old."
        ),
        403: (
            "Most likely it is the organization: check FINAGO_ORGANIZATION_ID, and that this organization has approved "
            "the application, under Integrations."
        ),
        **dict.fromkeys((404, 405, 410), f"Check FINAGO_TOKEN_URL, its path too; the vendor's is {TOKEN_URL}."),
    },
    address_setting="FINAGO_API_URL",
)


class Addresses(typing.Protocol):
    """Where the API and its tokens are; `Settings` is one."""

    @property
    def api_url(self) -> str: ...

    @property
    def token_url(self) -> str: ...


@dataclass(frozen=True, slots=True)
class FinagoConnection:
    """The credentials of one organization. Construction raises SettingInvalid or TlsRefused."""

    organization_id: str
    client_id: str
    client_secret: Secret
    api_url: str = API_URL
    token_url: str = TOKEN_URL
    audience: str = AUDIENCE

    def __post_init__(self) -> None:
        checked_organization(self.organization_id, "organization id (FINAGO_ORGANIZATION_ID)")
        check_client(self.client_id, self.client_secret)
        object.__setattr__(self, "api_url", checked(self.api_url, "API's address (FINAGO_API_URL)").rstrip("/"))
        object.__setattr__(self, "token_url", checked(self.token_url, "token endpoint's address (FINAGO_TOKEN_URL)"))

    @property
    def source(self) -> Source:
        """The API that it is a connection to."""
        return FINAGO_REST

    @property
    def protocol(self) -> Protocol:
        """The habits of that API."""
        return FINAGO_PROTOCOL

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See `core.http.connection.Connection`."""
        return (self.client_secret,)

    def sign_in(self) -> ClientCredentials:
        """Sign in as the login service of the vendor asks for it."""
        fields = {"audience": self.audience, "login_organization": self.organization_id}
        return ClientCredentials(self.token_url, self.client_id, self.client_secret, fields)


def _make_connection(organization_id: str, found: Mapping[str, str], settings: Addresses) -> FinagoConnection:
    return FinagoConnection(
        organization_id=organization_id,
        client_id=found["client_id"],
        client_secret=Secret(found["client_secret"]),
        api_url=settings.api_url,
        token_url=settings.token_url,
    )


FINAGO_CONNECTION: Final = ConnectionKind("finago", ("client_id", "client_secret"), _make_connection)
"""A row of the registry that says nothing of its kind is one of these."""
