"""Who asks the SOAP services: one user's credentials in one organization, and the two addresses of the vendor.

Owns the value and the registry's kind. Reads no environment.
"""

from __future__ import annotations

import re
import typing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago_soap.protocol import SOAP_PROTOCOL
from finago_assets.apis.finago_soap.sign_in import SoapSession
from finago_assets.core.catalogue.model import Source
from finago_assets.core.connections.model import ConnectionKind
from finago_assets.core.errors import SettingInvalid
from finago_assets.core.http.connection import checked, checked_organization
from finago_assets.core.http.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.http.protocol import Protocol

SOAP_URL: Final = "https://api.24sevenoffice.com"
WEBSERVICES_URL: Final = "https://webservices.24sevenoffice.com"
FINAGO_SOAP_API: Final = Source(
    name="finago_soap",
    title="Finago Office SOAP services",
    version="V004",
    documentation="https://developer.24sevenoffice.com/docs/",
)
_GUID_TEXT: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class SoapAddresses(typing.Protocol):
    """Where the services are; `Settings` is one."""

    @property
    def soap_url(self) -> str: ...

    @property
    def soap_webservices_url(self) -> str: ...


@dataclass(frozen=True, slots=True, repr=False)
class SoapConnection:
    """The credentials of one user in one organization. Construction raises SettingInvalid or TlsRefused.

    Without an `identity_id` the user's identity in the organization is looked up when a session is opened.
    """

    organization_id: str
    application_id: str
    username: str
    password: Secret
    identity_id: str = ""
    api_url: str = SOAP_URL
    webservices_url: str = WEBSERVICES_URL

    def __post_init__(self) -> None:
        checked_organization(self.organization_id)
        if not isinstance(self.password, Secret) or not self.password or not self.username:
            raise SettingInvalid("the user name and the password must not be empty")
        for name, value in (("application id", self.application_id), ("identity id", self.identity_id)):
            if not _GUID_TEXT.fullmatch(value) and (value or name == "application id"):
                raise SettingInvalid(f"the {name} of the SOAP services must be a guid, as the vendor gave it")
        object.__setattr__(self, "api_url", checked(self.api_url, "SOAP URL").rstrip("/"))
        object.__setattr__(self, "webservices_url", checked(self.webservices_url, "webservices URL").rstrip("/"))

    def __repr__(self) -> str:
        return f"<SOAP connection of organization {self.organization_id}>"

    @property
    def source(self) -> Source:
        """The API that it is a connection to."""
        return FINAGO_SOAP_API

    @property
    def protocol(self) -> Protocol:
        """The habits of that API, and its second address."""
        return replace(SOAP_PROTOCOL, further_urls=(self.webservices_url,))

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """See `core.http.connection.Connection`."""
        return (self.password,)

    def sign_in(self) -> SoapSession:
        """Open a session of the identity, and see that it is the organization's."""
        return SoapSession(
            self.api_url,
            self.organization_id,
            self.application_id,
            self.username,
            self.password,
            self.identity_id,
        )


def _connect_to_soap(organization_id: str, found: Mapping[str, str], settings: SoapAddresses) -> SoapConnection:
    return SoapConnection(
        organization_id=organization_id,
        application_id=found["application_id"],
        username=found["username"],
        password=Secret(found["password"]),
        api_url=settings.soap_url,
        webservices_url=settings.soap_webservices_url,
    )


SOAP_CONNECTION: Final = ConnectionKind("soap", ("application_id", "username", "password"), _connect_to_soap)
"""A row of the registry of the kind `soap`; the identity is the user's in the row's organization."""
