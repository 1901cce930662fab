"""The token endpoint: form-encoded client credentials in, a short-lived bearer token out, Auth0-like refusals.

Owns issuing, expiry and the clock that tests may turn. A token is never logged.
"""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl

from finago_assets.sandbox.options import API_AUDIENCE, CLIENT_ID, CLIENT_SECRET

if TYPE_CHECKING:
    from collections.abc import Iterable

FORM_TYPE: Final = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Grant:
    """A token that lives until `dies` on the sandbox's clock, for one organization."""

    organization: str
    dies: float


@dataclass(slots=True)
class Tokens:
    """Every token given out. A new one leaves the old ones alive."""

    organizations: tuple[str, ...]
    lifetime: float
    skipped: float = 0.0
    issued: int = 0
    _grants: dict[str, Grant] = field(default_factory=dict, repr=False)

    def ask(self, content_type: str, body: bytes, scopes: Iterable[str]) -> tuple[int, dict[str, object]]:
        """Answer a token request: (status, body). Query parameters and JSON bodies are not read."""
        if content_type.partition(";")[0].strip().lower() != FORM_TYPE:
            return _error(HTTPStatus.BAD_REQUEST, "invalid_request", "Expected a form-encoded body.")
        form = dict(parse_qsl(body.decode("utf-8", "replace")))
        if form.get("grant_type") != "client_credentials":
            return _error(HTTPStatus.FORBIDDEN, "unsupported_grant_type", "Unsupported grant type.")
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            return _error(HTTPStatus.UNAUTHORIZED, "access_denied", "Unauthorized")
        if form.get("audience") != API_AUDIENCE:
            return _error(HTTPStatus.FORBIDDEN, "access_denied", "Service not enabled within domain.")
        organization = form.get("login_organization", "")
        if organization not in self.organizations:
            return _error(HTTPStatus.FORBIDDEN, "unauthorized_client", "The organization has not approved the client.")
        body_out: dict[str, object] = {"access_token": self.issue(organization), "token_type": "Bearer"}
        return HTTPStatus.OK, body_out | {"expires_in": int(self.lifetime), "scope": " ".join(sorted(scopes))}

    def issue(self, organization: str) -> str:
        """Return a new token for an organization."""
        self.issued += 1
        token = f"sandbox.{secrets.token_urlsafe(24)}"
        self._grants[token] = Grant(organization, self._now() + self.lifetime)
        return token

    def organization_of(self, authorization: str | None) -> str | None:
        """Return whose token an Authorization header carries; None when it is missing, unknown or dead."""
        scheme, _, token = (authorization or "").partition(" ")
        grant = self._grants.get(token.strip())
        if scheme.lower() != "bearer" or grant is None or grant.dies <= self._now():
            return None
        return grant.organization

    def expire(self) -> int:
        """Kill every living token and return how many there were."""
        killed = len(self._grants)
        self._grants.clear()
        return killed

    def _now(self) -> float:
        return time.monotonic() + self.skipped


def _error(status: HTTPStatus, error: str, description: str) -> tuple[int, dict[str, object]]:
    return status, {"error": error, "error_description": description}
