"""Serving the tenant from a background thread. Owns its socket, and the addresses and variables that lead there."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from finago_assets.sandbox.halo.tenant import (
    HALO_CLIENT,
    HALO_SECRET,
    HALO_WRITER,
    HALO_WRITER_SECRET,
    Logged,
    Tenant,
)
from finago_assets.sandbox.listening import prepare, serving
from finago_assets.sandbox.middleware import Wires

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from finago_assets.sandbox.halo.tenant import TenantAnswer

API: Final = "/api"
AUTH: Final = "/auth"
METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")


@dataclass(frozen=True, slots=True)
class RunningTenant:
    """A tenant that answers: where it is, and its records to look at and to change."""

    origin: str
    tenant: Tenant

    def environment(self) -> dict[str, str]:
        """Return the HALO_* variables that lead here."""
        return {
            "HALO_URL": self.origin + API,
            "HALO_AUTH_URL": self.origin + AUTH,
            "HALO_TENANT": self.tenant.name,
            "HALO_CLIENT_ID": HALO_CLIENT,
            "HALO_CLIENT_SECRET": HALO_SECRET,
            "HALO_WRITE_CLIENT_ID": HALO_WRITER,
            "HALO_WRITE_CLIENT_SECRET": HALO_WRITER_SECRET,
            "HALO_REQUESTS_PER_SECOND": "0",
        }


def _application(tenant: Tenant) -> Starlette:
    async def token(request: Request) -> Response:
        body = await request.body()
        with tenant.lock:
            return _to_response(tenant.token(request.query_params.get("tenant"), body))

    async def answer(request: Request) -> Response:
        body, path = await request.body(), request.url.path.removeprefix(API)
        with tenant.lock:
            said = request.headers.get("authorization", "")
            found = tenant.answer(request.method, path, dict(request.query_params), body, said)
            tenant.log.append(Logged(request.method, path, request.url.query, found.status))
        return _to_response(found)

    return Starlette(
        routes=[
            Route(f"{AUTH}/token", token, methods=["POST"]),
            Route(f"{API}/{{rest:path}}", answer, methods=list(METHODS)),
        ]
    )


def _to_response(answer: TenantAnswer) -> Response:
    return Response(answer.body, answer.status, dict(answer.headers), answer.media_type)


@contextmanager
def running_tenant(tenant: Tenant | None = None, *, port: int = 0) -> Iterator[RunningTenant]:
    """Serve until the block ends, on a free port unless told otherwise. Raises SettingInvalid for one that is taken."""
    served, wires = tenant or Tenant(), Wires()
    server, listening, origin = prepare(_application(served), "127.0.0.1", port, wires)
    with serving(server, listening, "halo-sandbox"):
        yield RunningTenant(origin, served)
