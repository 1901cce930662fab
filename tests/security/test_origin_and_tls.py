"""A token goes to the API's own origin over a trusted connection, and nowhere else."""

from __future__ import annotations

import re
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from finago_assets.core.errors import BadRequest, FinagoError, ForeignOrigin, TlsRefused
from finago_assets.core.http.call import Tally
from finago_assets.core.http.client import FinagoClient
from finago_assets.core.http.connection import Connection
from finago_assets.core.http.origin import Origin
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.transport import BaseTransport, HTTPTransport
from tests.core.http.loopback import Heard, http, saying, serving
from tests.core.http.office import API, Clock, Office, client_of, orders, records, reply

KEPT: Final = "dateFrom=2026-01-01&dateTo=2026-02-01&continuationToken=2"
HOSTILE: Final = [
    "https://evil.test",
    "https://api.example.test:0/v1/salesorders",
    "https://api.example.test:99999/v1/salesorders",
    "https://api.example.test@evil.test/v1/salesorders",
    "https://user@api.example.test/v1/salesorders",
    "https://user:password@api.example.test/v1/salesorders",
    "https://@api.example.test/v1/salesorders",
    "/\\evil.test/v1/salesorders",
    "\\\\evil.test/v1/salesorders",
    "https:\\\\evil.test/v1/salesorders",
    "https://api.example.test\\.evil.test/v1/salesorders",
    "https://api.example.test\t.evil.test/v1/salesorders",
    "ht\ttps://evil.test/v1/salesorders",
    "https://api.example.test/v1/sales orders",
    "https://\u0430pi.example.test/v1/salesorders",
    "https://api\u3002example\u3002test/v1/salesorders",
    "https://[::1/v1/salesorders",
    "https://api.example.test/v1/../admin/salesorders",
    "https://api.example.test/v1/%2e%2e/admin/salesorders",
    "https://api.example.test/v1/%252e%252e/admin/salesorders",
    "https://api.example.test/v1/x/..%2f..%2fadmin",
    "../../admin/salesorders",
    "/v1/..\\..\\admin",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "ftp://api.example.test/v1/salesorders",
    "https:/evil.test/v1/salesorders/../../..",
    "https://api.example.test/v1/customers",
    "https://api.example.test/v1/salesorders/5/lines",
    "https://evil.test/v1/salesorders%2f..%2fcustomers",
    "/v1/purchasesalesorders",
]
# other places that speak of the same list, as a gateway that rewrites hosts makes them
ELSEWHERE: Final = [
    "https://evil.test/v1/salesorders",
    "http://api.example.test/v1/salesorders",
    "HTTP://API.EXAMPLE.TEST/v1/salesorders",
    "https://api.example.test:8443/v1/salesorders",
    "https://api.example.test:80/v1/salesorders",
    "https://api.example.test.evil.test/v1/salesorders",
    "https://evil-api.example.test/v1/salesorders",
    "//evil.test/v1/salesorders",
    "///evil.test/v1/salesorders",
    "https://xn--pi-7kc.example.test/v1/salesorders",
    "https://api.example.test./v1/salesorders",
    "https://api%2eexample.test/v1/salesorders",
    "https://169.254.169.254/v1/salesorders",
    "https://127.0.0.1/v1/salesorders",
    "https://[::1]/v1/salesorders",
    "https://api.example.test/v2/salesorders",
    "https://api.example.test/v1.evil/salesorders",
    "/salesorders",
]
LEGITIMATE: Final = [
    f"https://api.example.test/v1/salesorders?{KEPT}",
    f"HTTPS://API.Example.TEST/v1/salesorders?{KEPT}",
    f"https://api.example.test:443/v1/salesorders?{KEPT}",
    f"https://api.example.test/v1/salesorders/?{KEPT}",
    f"/v1/salesorders?{KEPT}",
    f"?{KEPT}",
    f"salesorders?{KEPT}",
    f"//api.example.test/v1/salesorders?{KEPT}",
    f"https://api.example.test/v1/salesorders?{KEPT}&url=https%3A%2F%2Fevil.test%2F..%2F",
    f"https://api.example.test/v1/salesorders?{KEPT}#fragment",
]


def address(target: str) -> str:
    """The target with our filters, so that nothing but its origin can be what is refused."""
    return target if "?" in target else f"{target}?{KEPT}"


@dataclass
class Attempt:
    """What one target led to: the error, and where requests and tokens went."""

    error: FinagoError | None
    office: Office

    @property
    def strangers(self) -> int:
        return sum(not asked.url.startswith((API, "https://login.example.test/")) for asked in self.office.asked)


def attempted(office: Office) -> Attempt:
    error: FinagoError | None = None
    with client_of(office, Clock()) as client:
        try:
            list(client.pages(orders(), Tally()))
        except FinagoError as raised:
            error = raised
    return Attempt(error, office)


def linked(target: str) -> Attempt:
    headers = {"Link": f'<{target}>; rel="next"'.encode().decode("latin-1")}
    return attempted(
        Office(lambda asked: reply(records(asked.number, 9), headers=headers if asked.number == 1 else {}))
    )


def redirected(target: str, status: int) -> Attempt:
    location = target.encode().decode("latin-1")
    return attempted(Office(lambda _: reply(b"", status, {"Location": location})))


def test_no_hostile_link_or_redirect_is_ever_followed() -> None:
    attempts = [linked(address(target)) for target in HOSTILE]
    attempts += [redirected(address(target), status) for target in HOSTILE + ELSEWHERE for status in (302, 307)]
    hinted = [linked(address(target)) for target in ELSEWHERE]
    strangers = sum(attempt.strangers for attempt in attempts + hinted)
    followed = [attempt for attempt in attempts if len(attempt.office.calls) != 1]
    print(f"T8: {len(HOSTILE + ELSEWHERE)} targets as link and redirect, {strangers} requests to another origin")
    assert len(HOSTILE + ELSEWHERE) >= 40
    allowed = {ForeignOrigin, BadRequest}  # a redirect within our own origin is refused as one, and not followed either
    assert {type(attempt.error) for attempt in attempts} <= allowed
    assert [type(linked(address(target)).error) for target in HOSTILE] == [ForeignOrigin] * len(HOSTILE)
    assert (strangers, followed) == (0, [])


@pytest.mark.parametrize("target", ELSEWHERE)
def test_a_link_elsewhere_to_the_same_list_only_tells_which_page_of_ours_to_ask(target: str) -> None:
    attempt = linked(address(target))
    assert attempt.error is None
    assert [asked.url for asked in attempt.office.calls[1:]] == [f"{API}/salesorders?{KEPT}"]
    assert attempt.strangers == 0


@pytest.mark.parametrize("target", LEGITIMATE)
def test_a_legitimate_link_is_followed_on_our_own_authority(target: str) -> None:
    attempt = linked(target)
    assert attempt.error is None
    assert len(attempt.office.calls) == 2
    assert attempt.office.calls[1].url.startswith(f"{API}/salesorders")
    assert attempt.strangers == 0


@pytest.mark.parametrize("target", LEGITIMATE)
def test_a_legitimate_redirect_is_not_followed_either(target: str) -> None:
    attempt = redirected(target, 302)
    assert isinstance(attempt.error, BadRequest)
    assert len(attempt.office.calls) == 1


@pytest.mark.parametrize(
    "target",
    [
        "http://127.0.0.1:9999/v1/x",
        "http://localhost:8765/v1/x",
        "http://127.1:8765/v1/x",
        "http://2130706433:8765/v1/x",
    ],
)
def test_another_spelling_or_port_of_this_machine_is_another_origin(target: str) -> None:
    assert not Origin("http://127.0.0.1:8765/v1").holds("http://127.0.0.1:8765/v1/x?page=1", target)


@dataclass(frozen=True)
class Authority:
    """A certificate authority that exists for one test run, and a certificate for the server under test."""

    folder: Path

    def server(self, name: str = "127.0.0.1", *, days: int = 1, signed_by_itself: bool = False) -> ssl.SSLContext:
        """A server's context; `days` below zero is a certificate that has expired."""
        key = ec.generate_private_key(ec.SECP256R1())
        issuer_key, issuer = (key, named("itself")) if signed_by_itself else self._root()
        alternative = x509.SubjectAlternativeName(
            [x509.IPAddress(IPv4Address(name)) if name[0].isdigit() else x509.DNSName(name)]
        )
        certificate = signed(key, named("server"), issuer_key, issuer, alternative, days)
        file = self.folder / f"{name}{days}{signed_by_itself}.pem"
        file.write_bytes(pem_of(key) + certificate.public_bytes(serialization.Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context

    def trusting(self) -> BaseTransport:
        """A transport that trusts this authority, so that a refusal can only be about the certificate itself."""
        context = ssl.create_default_context(cafile=str(self.folder / "root.pem"))
        return HTTPTransport(verify=context, trust_env=False)

    def _root(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Name]:
        file = self.folder / "root.key"
        if not file.exists():
            key = ec.generate_private_key(ec.SECP256R1())
            constraints = x509.BasicConstraints(ca=True, path_length=None)
            certificate = signed(key, named("root"), key, named("root"), constraints, 30)
            (self.folder / "root.pem").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
            file.write_bytes(pem_of(key))
        loaded = serialization.load_pem_private_key(file.read_bytes(), None)
        assert isinstance(loaded, ec.EllipticCurvePrivateKey)
        return loaded, named("root")


def named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def usage(*, signing: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signing,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )


def signed(  # noqa: PLR0913, PLR0917 - what a certificate says
    key: ec.EllipticCurvePrivateKey,
    subject: x509.Name,
    issuer_key: ec.EllipticCurvePrivateKey,
    issuer: x509.Name,
    extension: x509.ExtensionType,
    days: int,
) -> x509.Certificate:
    now = datetime.now(UTC)
    # strict checking, the default from Python 3.13, wants to know whose key signed whose
    whose = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=10))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(extension, critical=isinstance(extension, x509.BasicConstraints))
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(whose, critical=False)
        .add_extension(usage(signing=isinstance(extension, x509.BasicConstraints)), critical=True)
        .sign(issuer_key, hashes.SHA256())
    )


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    own = Authority(tmp_path_factory.mktemp("certificates"))
    own.server()
    return own


def read(heard: Heard, scheme: str, transport: BaseTransport | None) -> int:
    """How many records came; retries are allowed, so that one would be noticed."""
    clock, url = Clock(), f"{scheme}://127.0.0.1:{heard.port}"
    connection = Connection("1001", "client-id", Secret("canary"), f"{url}/v1", f"{url}/oauth/token")
    policy = RetryPolicy(attempts=3)
    with FinagoClient(
        connection, policy=policy, transport=transport, clock=clock, sleep=clock.sleep, now=clock.now
    ) as client:
        return sum(len(page.records) for page in client.pages(orders(), Tally()))


def test_a_trusted_certificate_works(authority: Authority) -> None:
    with serving(saying(http(b'[{"id":1}]')), authority.server()) as heard:
        assert read(heard, "https", authority.trusting()) == 1
    assert len(heard.requests) == 2


@pytest.mark.parametrize("case", ["unknown authority", "self-signed", "wrong name", "expired"])
def test_a_certificate_that_proves_nothing_is_refused_before_a_request_is_sent(authority: Authority, case: str) -> None:
    server, transport = {
        "unknown authority": (authority.server(), None),
        "self-signed": (authority.server(signed_by_itself=True), authority.trusting()),
        "wrong name": (authority.server("localhost.example.test"), authority.trusting()),
        "expired": (authority.server(days=-1), authority.trusting()),
    }[case]
    with serving(saying(http()), server) as heard, pytest.raises(TlsRefused):
        read(heard, "https", transport)
    assert (heard.requests, heard.connections) == ([], 1)


def test_a_server_that_speaks_plain_http_on_an_https_address_is_refused() -> None:
    with serving(lambda connection, _: connection.sendall(http())) as heard, pytest.raises(FinagoError) as caught:
        read(heard, "https", None)
    assert heard.connections == 1
    assert isinstance(caught.value, TlsRefused)


def test_plain_http_outside_this_machine_is_refused_before_a_client_exists() -> None:
    with pytest.raises(TlsRefused):
        Connection("1001", "client-id", Secret("canary"), "http://api.example.test/v1")


def test_planted_variables_change_neither_the_route_nor_the_trust(
    authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serving(saying(http())) as proxy, serving(saying(http(b'[{"id":1}]'))) as heard:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.folder / "root.pem"))
        assert read(heard, "http", None) == 1
        with serving(saying(http()), authority.server()) as secure, pytest.raises(TlsRefused):
            read(secure, "https", None)
    assert proxy.connections == 0


def test_nothing_in_the_tree_turns_verification_off() -> None:
    root = Path(__file__).parents[2]
    files = [file for folder in ("finago_assets", "tests", "benchmarks") for file in (root / folder).rglob("*.py")]
    off = re.compile(r"verify\s*=\s*" + "False|CERT" + "_NONE|check_hostname" + r"\s*=\s*False|_create_un" + "verified")
    assert len(files) > 30
    assert [file.name for file in files if off.search(file.read_text("utf-8"))] == []
