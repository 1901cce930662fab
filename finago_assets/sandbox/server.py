"""Serving a sandbox: in the foreground for people, from a background thread for tests and the demo.

Owns sockets, threads and the addresses to connect to.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from finago_assets.sandbox.app import BASE, OAUTH_PATH, application
from finago_assets.sandbox.control import Control
from finago_assets.sandbox.halo.server import RunningTenant, running_tenant
from finago_assets.sandbox.halo.tenant import tenant_of_today
from finago_assets.sandbox.listening import prepare, serving
from finago_assets.sandbox.middleware import CONTROL, Middleware, Wires
from finago_assets.sandbox.options import CLIENT_ID, CLIENT_SECRET, Changes, SandboxOptions
from finago_assets.sandbox.soap.routes import SECOND_HOST
from finago_assets.sandbox.soap.sessions import SANDBOX_APPLICATION_ID, SANDBOX_PASSWORD, SANDBOX_USERNAME
from finago_assets.sandbox.state import Sandbox, ServedRequest

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator

    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.listening import Server


@dataclass(frozen=True, slots=True)
class Running:
    """A sandbox that answers: where it is, how to log in, and how to control it."""

    origin: str
    control: Control

    @property
    def api_url(self) -> str:
        """Base of the API."""
        return self.origin + BASE

    @property
    def token_url(self) -> str:
        """Token endpoint."""
        return self.origin + OAUTH_PATH

    @property
    def control_url(self) -> str:
        """Base of the control surface."""
        return self.origin + CONTROL

    @property
    def client_id(self) -> str:
        """The only client it knows."""
        return CLIENT_ID

    @property
    def client_secret(self) -> str:
        """Its secret, a constant."""
        return CLIENT_SECRET

    @property
    def organization_id(self) -> str:
        """The first organization."""
        return self.control.sandbox.options.organizations[0]

    @property
    def books(self) -> Books:
        """The living books of the first organization."""
        return self.control.books()

    @property
    def requests(self) -> list[ServedRequest]:
        """The request log so far: method, path, query, status; never a token."""
        return self.control.requests()

    def environment(self) -> dict[str, str]:
        """Return the FINAGO_* variables that lead here."""
        options = self.control.sandbox.options
        return {
            "FINAGO_CLIENT_ID": CLIENT_ID,
            "FINAGO_CLIENT_SECRET": CLIENT_SECRET,
            "FINAGO_ORGANIZATION_ID": self.organization_id,
            "FINAGO_API_URL": self.api_url,
            "FINAGO_TOKEN_URL": self.token_url,
            "FINAGO_START_DATE": self.books.plan.start.isoformat(),
            "FINAGO_REQUESTS_PER_SECOND": f"{options.requests_per_second:g}",
        }

    def soap_environment(self) -> dict[str, str]:
        """Return the variables of the SOAP services that lead here."""
        return {
            "FINAGO_SOAP_APPLICATION_ID": SANDBOX_APPLICATION_ID,
            "FINAGO_SOAP_USERNAME": SANDBOX_USERNAME,
            "FINAGO_SOAP_PASSWORD": SANDBOX_PASSWORD,
            "FINAGO_SOAP_URL": self.origin,
            "FINAGO_SOAP_WEBSERVICES_URL": self.origin + SECOND_HOST,
        }


def _prepared(options: SandboxOptions, books: Books | None) -> tuple[Server, socket.socket, Running]:
    sandbox = Sandbox.start(options, books)
    control, wires = Control(sandbox), Wires()
    middleware = Middleware(application(sandbox, control), sandbox, wires)
    server, listening, origin = prepare(middleware, options.host, options.port, wires)
    return server, listening, Running(origin, control)


@contextmanager
def running(books: Books | None = None, **options: Unpack[Changes]) -> Iterator[Running]:
    """Serve from a background thread, on a free port unless told otherwise, until the block ends."""
    server, listening, found = _prepared(SandboxOptions(**options), books)
    with serving(server, listening, "finago-sandbox"):
        yield found


def serve(options: SandboxOptions) -> None:
    """Serve in the foreground until interrupted. Raises SettingInvalid for a port that is taken."""
    server, listening, found = _prepared(options, None)
    with suppress(KeyboardInterrupt), running_tenant(tenant_of_today(), port=options.halo_port) as beside:
        sys.stdout.write(how_to_connect(found, beside) + "\n")
        sys.stdout.flush()
        server.run(sockets=[listening])


def how_to_connect(found: Running, beside: RunningTenant) -> str:
    """Return the variables to set, as shell lines, and where the control surface is."""
    books = found.books
    variables = found.environment() | found.soap_environment() | beside.environment()
    lines = [f"export {name}={value}" for name, value in variables.items()]
    about = f"# Sandbox with {books.ledger.count:,} ledger lines, {books.plan.start} to {books.plan.last}."
    return "\n".join([about, *lines, f"# Control surface: {found.control_url}  (stop with Ctrl-C)"])
