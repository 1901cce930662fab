"""The road to the API: directly or through a company's proxy, and which certificate authorities are trusted on it.

Owns what a proxy's address may be, which hosts are reached directly, and reading a file of certificates. Opens no
connection, and trusts nobody less than usual: a company's authorities are added to the usual ones.
"""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from finago_assets.core.errors import SettingInvalid
from finago_assets.core.http.connection import is_loopback
from finago_assets.core.http.secret import Secret

if TYPE_CHECKING:
    from pathlib import Path

_PORTS: Final = {"http": 80, "https": 443}
_HOST: Final = re.compile(r"[A-Za-z0-9._:-]+")
_FORM: Final = (
    "it takes http://host:port or https://host:port, with user:password@ before the host where the proxy asks for "
    "them, special characters in either percent-encoded"
)
_CERTIFICATE: Final = re.compile(rb"-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy's address; `variable` is where it was found, `credentials` is `user:password`."""

    scheme: str
    host: str
    port: int
    variable: str
    credentials: Secret | None = field(default=None, compare=False)

    @property
    def place(self) -> str:
        """The host and port, for people."""
        return authority(self.host, self.port)


@dataclass(frozen=True, slots=True)
class Network:
    """How hosts are reached. `exempt` holds hosts that go directly, spelled as in NO_PROXY.

    `ca_variable` is where the file of certificate authorities was named.
    """

    proxy: Proxy | None = None
    exempt: str = ""
    ca_file: Path | None = None
    ca_variable: str = "FINAGO_CA_FILE"

    def proxy_for(self, host: str) -> Proxy | None:
        """Return the proxy that leads to a host. This machine is always reached directly: plain http may be spoken."""
        if self.proxy is None or is_loopback(host) or (self.exempt and _is_exempt(host, self.exempt)):
            return None
        return self.proxy

    def described(self, host: str) -> str:
        """Say how a host is reached and who is trusted, for people: no user and no password."""
        proxy = self.proxy_for(host)
        if proxy is not None:
            known = "with" if proxy.credentials is not None else "without"
            road = f"through the proxy {proxy.place}, {known} a user, as {proxy.variable} says"
        elif self.proxy is None:
            road = "directly, without a proxy"
        else:
            why = "an address of this machine" if is_loopback(host) else "exempt by NO_PROXY"
            road = f"directly and not through the proxy {self.proxy.place}, being {why}"
        trusted = "the usual certificate authorities"
        return f"{road}; {trusted}" + (f" and those of {self.ca_file} ({self.ca_variable})" if self.ca_file else "")

    def add_authorities(self, context: ssl.SSLContext) -> None:
        """Add the file's certificate authorities to those that the context trusts. Raises SettingInvalid."""
        if self.ca_file is not None:
            self._add(context, self.ca_file)

    def _add(self, context: ssl.SSLContext, file: Path) -> None:
        try:
            found = _CERTIFICATE.findall(file.read_bytes())
        except OSError as error:
            raise SettingInvalid(f"{self.ca_variable}: the file {file} cannot be read ({error.strerror}).") from None
        try:
            context.load_verify_locations(cadata=b"\n".join(found).decode("ascii"))
        except (ssl.SSLError, ValueError):
            found = []
        if not found:
            raise SettingInvalid(
                f"{self.ca_variable}: the file {file} holds no certificate that can be read; it takes a PEM file, "
                "whose certificates begin with -----BEGIN CERTIFICATE-----. "
                "`openssl x509 -inform der -in FILE -out FILE.pem` makes one of a binary certificate."
            )
        # An authority of a company's own seldom keeps to every rule that Python asks for from 3.13 on, and the file may
        # name the one that signs and not its root: here as with every Python before, and the same with each of them.
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


DIRECT: Final = Network()


def read_proxy(text: str, variable: str) -> Proxy:
    """Read a proxy's address. Raises SettingInvalid, which repeats nothing of it: it may hold a password."""
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        port = parts.port
    except ValueError:
        raise SettingInvalid(f"{variable} cannot be read as an address; {_FORM}.") from None
    host = parts.hostname or ""
    # without a scheme, a port is what tells an address from a misspelt word
    whole = "://" in text or port is not None
    if not whole or not _HOST.fullmatch(host) or port == 0 or parts.path.strip("/") or parts.query or parts.fragment:
        raise SettingInvalid(f"{variable} cannot be read as the address of a proxy; {_FORM}.")
    if parts.scheme not in _PORTS:
        raise SettingInvalid(f"{variable} names a kind of proxy that is not spoken here; {_FORM}.")
    return Proxy(
        parts.scheme, host, port or _PORTS[parts.scheme], variable, _credentials(parts.username, parts.password)
    )


def authority(host: str, port: int) -> str:
    """Spell a host and a port the way addresses do."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _credentials(user: str | None, password: str | None) -> Secret | None:
    return Secret(f"{unquote(user)}:{unquote(password or '')}") if user else None


def _is_exempt(host: str, exempt: str) -> bool:
    """Tell whether a list as in NO_PROXY holds the host, a domain that it is in, or `*`; any port counts."""
    asked = host.lower().rstrip(".")
    for entry in exempt.lower().replace(",", " ").split():
        name = entry.partition(":")[0].removeprefix("*").strip(".")
        if entry == "*" or asked == name or (name and asked.endswith(f".{name}")):
            return True
    return False
