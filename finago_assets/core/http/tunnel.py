"""Sockets through a company's proxy: a CONNECT for each connection, so that the proxy sees a host, a port and TLS.

Owns the CONNECT and what a proxy's refusal means. Everything here happens before the first byte of a request is sent.
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, Final

from httpcore import (
    ConnectError,
    ConnectTimeout,
    NetworkBackend,
    NetworkError,
    NetworkStream,
    TimeoutException,
)

from finago_assets.core.errors import SettingInvalid, Timeout, TlsRefused, Unavailable
from finago_assets.core.http.fault import Fault
from finago_assets.core.http.handshake import is_tls, why_not_trusted
from finago_assets.core.http.network import authority

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterable

    from httpcore import SOCKET_OPTION

    from finago_assets.core.http.network import Network, Proxy

_LONGEST_HEAD: Final = 64 * 1024
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([1-9][0-9]{2})[ \r]")
_OFFERED: Final = re.compile(rb"(?im)^proxy-authenticate:[ \t]*([A-Za-z]+)")
_SCHEMES: Final = {"basic": "Basic", "digest": "Digest", "ntlm": "NTLM", "negotiate": "Negotiate (Kerberos)"}


class NoWay(ConnectError):
    """There is no connection, for a reason that is already worded. One of the library's own, which it lets through."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.reason)
        self.fault = fault


class TunnelNetwork(NetworkBackend):
    """Opens sockets through the proxy where the network says so; `inner` opens the real ones."""

    def __init__(self, inner: NetworkBackend, network: Network, trust: ssl.SSLContext) -> None:
        self._inner = inner
        self._network = network
        self._trust = trust

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[SOCKET_OPTION] | None = None,
    ) -> NetworkStream:
        proxy = self._network.proxy_for(host)
        if proxy is None:
            return self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        stream = self._reached(proxy, timeout)
        try:
            _ask(stream, proxy, authority(host, port), timeout)
        except BaseException:
            stream.close()
            raise
        return stream

    def _reached(self, proxy: Proxy, timeout: float | None) -> NetworkStream:
        named = _describe_proxy(proxy)
        try:
            stream = self._inner.connect_tcp(proxy.host, proxy.port, timeout)
        except ConnectTimeout:
            raise NoWay(_make_fault(Timeout, f"{named} does not answer")) from None
        except ConnectError:
            raise NoWay(_make_fault(Unavailable, f"{named} cannot be reached; check its address")) from None
        if proxy.scheme == "http":
            return stream
        try:
            return stream.start_tls(self._trust, proxy.host, timeout)
        except ConnectTimeout:
            raise NoWay(_make_fault(Timeout, f"{named} does not answer")) from None
        except ConnectError as error:
            if is_tls(error):
                raise NoWay(_certificate(named, error)) from None
            raise NoWay(_make_fault(Unavailable, f"{named} hung up")) from None


def _ask(stream: NetworkStream, proxy: Proxy, target: str, timeout: float | None) -> None:
    lines = [f"CONNECT {target} HTTP/1.1", f"Host: {target}", "User-Agent: finago-assets"]
    if proxy.credentials is not None:
        encoded = base64.b64encode(proxy.credentials.reveal().encode()).decode()
        lines.append(f"Proxy-Authorization: Basic {encoded}")
    try:
        stream.write("\r\n".join([*lines, "", ""]).encode("ascii"), timeout)
        head = _read_head(stream, timeout)
    except TimeoutException:
        raise NoWay(_make_fault(Timeout, f"{_describe_proxy(proxy)} does not answer")) from None
    except NetworkError:
        head = b""
    status = _STATUS.match(head)
    if status is None or not head.endswith(b"\r\n\r\n"):
        raise NoWay(
            _make_fault(
                Unavailable, f"{_describe_proxy(proxy)} hung up or does not speak as a proxy does; check its address"
            )
        )
    if not status[1].startswith(b"2"):
        raise NoWay(_explain_refusal(proxy, target, int(status[1]), head))


def _read_head(stream: NetworkStream, timeout: float | None) -> bytes:
    """Read as far as the blank line and not a byte further: what follows is the other side's."""
    head = b""
    while not head.endswith(b"\r\n\r\n") and len(head) < _LONGEST_HEAD:
        piece = stream.read(1, timeout)
        if not piece:
            break
        head += piece
    return head


def _explain_refusal(proxy: Proxy, target: str, status: int, head: bytes) -> Fault:
    named = _describe_proxy(proxy)
    if status == 407:
        offered = {word.decode().lower() for word in _OFFERED.findall(head)}
        if offered and "basic" not in offered:
            taken = ", ".join(_SCHEMES[word] for word in sorted(offered & set(_SCHEMES))) or "none that is known"
            return _setting(
                f"{named} asks who is there (407) in a way that is not spoken here ({taken}, and not Basic); ask "
                "whoever runs it for an account with Basic, or to let this machine through by its address"
            )
        if proxy.credentials is None:
            return _setting(f"{named} asks for a user and a password (407); put them before its host, user:password@")
        return _setting(f"{named} refused the user and the password (407); correct them, percent-encoded")
    if status >= 500:
        return _make_fault(Unavailable, f"{named} cannot reach {target} (it answers {status})")
    return _setting(f"{named} lets nobody through to {target} (it answers {status}); have that allowed there")


def _certificate(named: str, error: BaseException) -> Fault:
    why = why_not_trusted(error)
    return Fault(TlsRefused, f"{named} was refused for its own TLS certificate or handshake{why}", sent=False)


def _describe_proxy(proxy: Proxy) -> str:
    return f"the proxy {proxy.place} ({proxy.variable})"


def _make_fault(kind: type[Timeout | Unavailable], reason: str) -> Fault:
    return Fault(kind, reason, again=True, sent=False)


def _setting(reason: str) -> Fault:
    return Fault(SettingInvalid, reason, sent=False)
