"""A certificate authority that exists for one test run, and the certificates that it signs. Owns no server."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from finago_assets.core.http.transport import BaseTransport, HTTPTransport

if TYPE_CHECKING:
    from pathlib import Path


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
