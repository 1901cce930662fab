"""Where the API is and who asks: one organization, its credentials, two addresses.

Owns the rules for those values (identifier alphabet, https, plain http for loopback alone). Reads no environment.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import SplitResult, urlsplit

from finago_assets.core.errors import SettingInvalid, TlsRefused
from finago_assets.core.http.secret import Secret

ORGANIZATION = re.compile(r"[A-Za-z0-9_-]{1,64}")
API_URL: Final = "https://rest.api.24sevenoffice.com/v1"
TOKEN_URL: Final = "https://login.24sevenoffice.com/oauth/token"  # noqa: S105 - an address
VISIBLE = re.compile(r"[!-~]+")


@dataclass(frozen=True, slots=True)
class Connection:
    """The credentials of one organization. Construction raises SettingInvalid or TlsRefused."""

    organization_id: str
    client_id: str
    client_secret: Secret
    api_url: str = API_URL
    token_url: str = TOKEN_URL
    audience: str = "https://api.24sevenoffice.com"

    def __post_init__(self) -> None:
        if not ORGANIZATION.fullmatch(self.organization_id):
            raise SettingInvalid("the organization id must be 1 to 64 letters, digits, '_' or '-'")
        if not isinstance(self.client_secret, Secret) or not self.client_secret or not self.client_id:
            raise SettingInvalid("the client id and the client secret must not be empty")
        object.__setattr__(self, "api_url", checked(self.api_url, "API URL").rstrip("/"))
        object.__setattr__(self, "token_url", checked(self.token_url, "token URL"))


def checked(url: str, name: str) -> str:
    """Give the URL back if a token may be sent to it. Raises SettingInvalid or TlsRefused, never naming the value."""
    parts = split(url, name)
    if not parts.hostname or parts.username is not None or parts.query or parts.fragment or "\\" in url:
        raise SettingInvalid(f"the {name} must be scheme, host and path, with no user, query or fragment")
    if any(segment in {".", ".."} for segment in parts.path.split("/")):
        raise SettingInvalid(f"the {name} must not hold '.' or '..'")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise TlsRefused(f"the {name} is plain http, which is accepted for this machine alone; use https")
    if parts.scheme not in {"http", "https"}:
        raise SettingInvalid(f"the {name} must start with https://")
    return url


def split(url: str, name: str) -> SplitResult:
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
