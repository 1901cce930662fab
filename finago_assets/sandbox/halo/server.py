"""Serving the tenant from a background thread. Owns its socket, and the addresses and variables that lead there."""

from __future__ import annotations

import socket
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Final

import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from finago_assets.sandbox.halo.tenant import HALO_CLIENT, HALO_SECRET, TENANT, Logged, Tenant
from finago_assets.sandbox.listening import Server, bound
from finago_assets.sandbox.middleware import recording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request

    from finago_assets.sandbox.halo.tenant import TenantAnswer
    from finago_assets.sandbox.middleware import Wires

API: Final = "/api"
AUTH: Final = "/auth"
HALO_STARTS_WITHIN: Final = 30.0
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
            "HALO_TENANT": TENANT,
            "HALO_CLIENT_ID": HALO_CLIENT,
            "HALO_CLIENT_SECRET": HALO_SECRET,
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
    served = tenant or Tenant()
    connections: Wires = {}
    config = uvicorn.Config(
        _application(served),
        http=recording(connections),
        loop="asyncio",
        lifespan="off",
        log_config=None,
        log_level="critical",
        proxy_headers=False,
    )
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    host, taken = bound(listening, "127.0.0.1", port)
    server = Server(config, connections)
    thread = Thread(target=server.run, kwargs={"sockets": [listening]}, name="halo-sandbox", daemon=True)
    thread.start()
    try:
        if not server.ready.wait(HALO_STARTS_WITHIN):
            raise RuntimeError("The tenant did not start; is another process on its port?")
        yield RunningTenant(f"http://{host}:{taken}", served)
    finally:
        server.stop()
        thread.join(HALO_STARTS_WITHIN)
        listening.close()
