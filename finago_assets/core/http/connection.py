"""What a client needs of a connection, and the rules for the values that any connection holds.

Owns the organization's alphabet and which addresses a credential may be sent to (https, plain http for loopback
alone). Reads no environment. What the credentials of an API are is that API's own.
"""

from __future__ import annotations

import ipaddress
import re
from typing import TYPE_CHECKING, Protocol
from urllib.parse import SplitResult, urlsplit

from finago_assets.core.errors import SettingInvalid, TlsRefused
from finago_assets.core.http.secret import Secret

if TYPE_CHECKING:
    from finago_assets.core.catalogue.model import Source
    from finago_assets.core.http import protocol
    from finago_assets.core.http.sign_in import SignIn

ORGANIZATION = re.compile(r"[A-Za-z0-9_-]{1,64}")
VISIBLE = re.compile(r"[!-~]+")


class Connection(Protocol):
    """The credentials of one organization at one API. What exists keeps the rules of `checked_organization`."""

    @property
    def organization_id(self) -> str: ...

    @property
    def api_url(self) -> str: ...

    @property
    def source(self) -> Source: ...

    @property
    def protocol(self) -> protocol.Protocol: ...

    @property
    def secrets(self) -> tuple[Secret, ...]:
        """What no answer may repeat, besides the credential that signing in gives."""
        ...

    def sign_in(self) -> SignIn: ...


def checked_organization(organization_id: str, name: str = "organization id") -> str:
    """Give the id back. Raises SettingInvalid for one that is not safe in a path."""
    if not isinstance(organization_id, str) or not ORGANIZATION.fullmatch(organization_id):
        raise SettingInvalid(f"the {name} must be 1 to 64 letters, digits, '_' or '-'")
    return organization_id


def check_client(client_id: str, client_secret: Secret) -> None:
    """Raise SettingInvalid for an id or a secret that is empty, or a secret that is text and would show."""
    if not isinstance(client_secret, Secret) or not client_secret or not client_id:
        raise SettingInvalid("the client id and the client secret must not be empty")


def checked(url: str, name: str) -> str:
    """Give the URL back if a token may be sent to it. Raises SettingInvalid or TlsRefused, never naming the value."""
    parts = split_address(url, name)
    if "://" not in url:
        raise SettingInvalid(f"the {name} must start with https://")
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment or "\\" in url:
        raise SettingInvalid(f"the {name} must be scheme, host and path, with no user, query or fragment")
    if any(segment in {".", ".."} for segment in parts.path.split("/")):
        raise SettingInvalid(f"the {name} must not hold '.' or '..'")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise TlsRefused(f"the {name} is plain http, which is accepted for this machine alone; use https")
    if parts.scheme not in {"http", "https"}:
        raise SettingInvalid(f"the {name} must start with https://")
    return url


def split_address(url: str, name: str) -> SplitResult:
    """Split an address. Raises SettingInvalid for what no two programs would read alike."""
    try:
        parts = urlsplit(url)
        usable = VISIBLE.fullmatch(url) is not None and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise SettingInvalid(f"the {name} cannot be read as an address")
    return parts


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine by its spelling alone; nothing is looked up."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
