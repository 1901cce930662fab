"""Who asks the Halo API: one tenant's credentials, and the habits of that API.

Owns the addresses, the form of the token request and the vendor's words. Reads no environment.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from finago_assets.apis.halo.endpoints import HALO_API
from finago_assets.apis.halo.redaction import REDACTION
from finago_assets.core.connections.model import ConnectionKind
from finago_assets.core.errors import (
    AuthRefused,
    Blocked,
    Forbidden,
    ForeignOrigin,
    NotFound,
    RateLimited,
    Unavailable,
)
from finago_assets.core.http.connection import check_client, checked, checked_organization
from finago_assets.core.http.protocol import Protocol
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.sign_in import ClientCredentials

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.model import Source

SIGN_IN_SCOPE: Final = "all"

HALO_PROTOCOL: Final = Protocol(
    # what hosted tenants say as plain text, mostly without a Retry-After
    throttled=re.compile(rb"rate limit reached", re.IGNORECASE),
    advice={
        RateLimited: "Run it again later, or lower HALO_REQUESTS_PER_SECOND.",
        AuthRefused: "Check HALO_CLIENT_ID, HALO_CLIENT_SECRET, HALO_AUTH_URL and HALO_TENANT.",
        Forbidden: (
            "Look at the API application in Halo: its scopes, and the rights of the agent that it logs in as; both "
            "must let integrations be read."
        ),
        Blocked: (
            "Something in front of the API answers in its place. Check that a firewall or proxy on the way lets this "
            "machine through (its address, FINAGO_PROXY), and HALO_URL."
        ),
        Unavailable: "Check the address (HALO_URL, HALO_AUTH_URL) and the vendor's status page, then run it again.",
        NotFound: "The record is gone, this version of Halo does not have it, or HALO_URL is wrong.",
        ForeignOrigin: "Nothing was sent there; check HALO_URL and what answers on it.",
    },
    sign_in_steps=dict.fromkeys(
        (404, 405, 410),
        "Check HALO_AUTH_URL, which is /auth on the host of HALO_URL where it is empty, and HALO_TENANT.",
    ),
    address_setting="HALO_URL",
    redaction=REDACTION,
)


@dataclass(frozen=True, slots=True)
class HaloConnection:
    """The credentials of one tenant; a tenant of your own server has no name. Raises SettingInvalid or TlsRefused.

    Without an `auth_url` the auth server is taken to be `/auth` on the host of the API.
    """

    api_url: str
    client_id: str
    client_secret: Secret
    auth_url: str = ""
    tenant: str = ""

    def __post_init__(self) -> None:
        check_client(self.client_id, self.client_secret)
        api = checked(self.api_url, "API's address (HALO_URL)").rstrip("/")
        usual = urlsplit(api)._replace(path="/auth").geturl()
        object.__setattr__(self, "api_url", api)
        object.__setattr__(
            self, "auth_url", checked(self.auth_url or usual, "auth server's address (HALO_AUTH_URL)").rstrip("/")
        )
        checked_organization(self.organization_id, "tenant (HALO_TENANT)")

    @property
    def organization_id(self) -> str:
        """What its data and its ceiling are kept under: the tenant, or the host where there is none."""
        return self.tenant or re.sub(r"[^A-Za-z0-9_-]", "-", urlsplit(self.api_url).netloc)[:64]

    @property
    def source(self) -> Source:
        """The API that it is a connection to."""
        return HALO_API

    @property
    def protocol(self) -> Protocol:
        """The habits of that API."""
        return HALO_PROTOCOL

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See `core.http.connection.Connection`."""
        return (self.client_secret,)

    def sign_in(self) -> ClientCredentials:
        """Sign in as the auth server of a tenant asks for it: the tenant stands in the query."""
        query = f"?{urlencode({'tenant': self.tenant})}" if self.tenant else ""
        url = f"{self.auth_url}/token{query}"
        return ClientCredentials(
            url, self.client_id, self.client_secret, {"scope": SIGN_IN_SCOPE}, name="the auth server"
        )


def _connect_to_halo(organization_id: str, found: Mapping[str, str], _settings: object) -> HaloConnection:
    return HaloConnection(
        api_url=found["url"],
        auth_url=found["auth_url"],
        client_id=found["client_id"],
        client_secret=Secret(found["client_secret"]),
        tenant=organization_id,
    )


HALO_CONNECTION: Final = ConnectionKind("halo", ("url", "auth_url", "client_id", "client_secret"), _connect_to_halo)
"""A row of the registry of the kind `halo`: its organization_id is the tenant."""
