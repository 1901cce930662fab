"""Three APIs that nobody has: each with habits of its own, two endpoints, and a server for them as a function.

Owns values and answers. What the engine does with them is asked in the tests beside this file.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import parse_qs
from xml.etree import ElementTree as ET

from finago_assets.core.catalogue.model import (
    Endpoint,
    EndpointKind,
    Envelope,
    PageNumbers,
    Paging,
    Source,
    Upper,
    WindowRule,
)
from finago_assets.core.http.connection import checked_organization
from finago_assets.core.http.protocol import Protocol, Redaction
from finago_assets.core.http.secret import Secret
from finago_assets.core.http.sign_in import ClientCredentials, CookieSession
from tests.core.http.office import reply

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.sign_in import SignIn
    from finago_assets.core.http.transport import Request, Response

PASSWORD = "an0ther-secret-of-ours"
HIDDEN = "hunter2hunter2"
CAP = 3


@dataclass(frozen=True, slots=True)
class InventedConnection:
    """A connection to one of the three; `way` says how it signs in."""

    source: Source
    protocol: Protocol
    way: Callable[[], SignIn]
    organization_id: str = "4711"
    secrets: tuple[Secret, ...] = (Secret(PASSWORD),)

    def __post_init__(self) -> None:
        checked_organization(self.organization_id)

    @property
    def api_url(self) -> str:
        return f"https://{self.source.name}.example.test/api"

    def sign_in(self) -> SignIn:
        return self.way()


@dataclass(slots=True)
class Invented:
    """An API, its connection, and what its server was asked."""

    connection: InventedConnection
    endpoints: dict[str, Endpoint]
    answer: Callable[[Request], Response]
    asked: list[Request] = field(default_factory=list)

    def handle(self, request: Request) -> Response:
        self.asked.append(request)
        return self.answer(request)


def _json(value: object, status: int = 200) -> Response:
    return reply(json.dumps(value).encode(), status)


def _named(*endpoints: Endpoint) -> dict[str, Endpoint]:
    return {one.name: one for one in endpoints}


# -- pages by number in an envelope with a count, a bearer token for a scope and a tenant, secrets in the records

COUNTED = Source("counted", "Counted API", "2.1", "https://counted.example.test/docs")
ROWS = {
    "accounts": [{"id": n, "name": f"Konto {n}", "new_password": HIDDEN, "ok": True} for n in range(1, 8)],
    "errors": [{"id": n, "date": "2024-01-02", "text": "did not post"} for n in range(1, 5)],
}


def _without_passwords(_template: str, record: bytes) -> bytes:
    fields = json.loads(record)
    if "new_password" in fields:
        fields["new_password"] = None
    return json.dumps(fields).encode()


def counted(*, said: int | None = None) -> Invented:
    """Return the API; `said` is the count that it gives in place of the true one."""
    protocol = Protocol(redaction=Redaction("passwords-1", _without_passwords))

    def way() -> SignIn:
        url = "https://login.example.test/token?tenant=north"
        return ClientCredentials(url, "an-id", Secret(PASSWORD), {"scope": "all"}, name="the auth server")

    def answer(request: Request) -> Response:
        if request.url.host == "login.example.test":
            form = parse_qs(request.content.decode())
            good = form["scope"] == ["all"] and form["client_secret"] == [PASSWORD]
            return _json({"access_token": "bearer-of-counted", "expires_in": 3600}, 200 if good else 400)
        if request.headers["authorization"] != "Bearer bearer-of-counted":
            return _json({"error": "who are you"}, 401)
        rows = ROWS[request.url.path.rpartition("/")[2]]
        size, page = min(int(request.url.params["page_size"]), CAP), int(request.url.params["page_no"])
        shown = rows[(page - 1) * size : page * size]
        count = len(rows) if said is None else said
        return _json({"page_no": page, "record_count": count, "rows": shown, "hints": []})

    numbers, envelope = PageNumbers("page_no", "page_size"), Envelope(records="rows", count="record_count")
    return Invented(
        InventedConnection(COUNTED, protocol, way),
        _named(
            Endpoint(
                COUNTED,
                "accounts",
                "/accounts",
                "Accounts",
                "setup",
                EndpointKind.REFERENCE,
                ("id",),
                (),
                paging=Paging.COUNT,
                page_size=100,
                numbers=numbers,
                envelope=envelope,
            ),
            Endpoint(
                COUNTED,
                "errors",
                "/errors",
                "Errors by day",
                "setup",
                EndpointKind.WINDOWED,
                ("id",),
                (),
                window=WindowRule(Upper.EXCLUSIVE, "from", "until"),
                paging=Paging.COUNT,
                page_size=100,
                numbers=numbers,
                envelope=envelope,
            ),
        ),
        answer,
    )


# -- a session with a cookie, and records that are made of XML

PAPER = Source("paper", "Paper API", "1", "https://paper.example.test/docs")
SESSION = "session-0815"


def _made_of_xml(body: bytes) -> list[bytes]:
    try:
        root = ET.fromstring(body)  # noqa: S314  our own bytes
    except ET.ParseError:
        raise ValueError("no XML") from None
    return [json.dumps({child.tag: child.text for child in element}).encode() for element in root]


def paper() -> Invented:
    """Return the API."""
    protocol = Protocol(accept="text/xml", signed_out=lambda reply: b"<Expired/>" in reply.body)

    def way() -> SignIn:
        body = Secret(f"<Login><Password>{PASSWORD}</Password></Login>")
        url = "https://paper.example.test/login"
        return CookieSession(url, body, Secret(PASSWORD), "SID", "text/xml", session_of=_session_in)

    opened: list[str] = []

    def answer(request: Request) -> Response:
        if request.url.path == "/login":
            opened.append(f"{SESSION}-{len(opened)}")
            return reply(f"<Session>{opened[-1]}</Session>".encode())
        # the first session dies at once, and says so with a 200
        if request.headers["cookie"] != f"SID={SESSION}-1":
            return reply(b"<Expired/>")
        name = request.url.path.rpartition("/")[2]
        rows = "".join(f"<Row><Id>{n}</Id><Date>2024-01-0{n}</Date><Name>{name} æ {n}</Name></Row>" for n in (1, 2))
        return reply(f"<Rows>{rows}</Rows>".encode())

    return Invented(
        InventedConnection(PAPER, protocol, way),
        _named(
            Endpoint(
                PAPER, "accounts", "/accounts", "Accounts", "g", EndpointKind.REFERENCE, ("Id",), (), make=_made_of_xml
            ),
            Endpoint(
                PAPER,
                "slips",
                "/slips",
                "Slips by day",
                "g",
                EndpointKind.WINDOWED,
                ("Id",),
                (),
                window=WindowRule(Upper.INCLUSIVE, "from", "to", day_field="Date"),
                make=_made_of_xml,
            ),
        ),
        answer,
    )


def _session_in(body: bytes) -> str | None:
    found = re.search(rb"<Session>([^<]+)</Session>", body)
    return found[1].decode() if found else None


# -- links, a header and words of its own

LINKED = Source("linked", "Linked API", "9", "https://linked.example.test/docs")


def linked() -> Invented:
    """Return the API."""
    protocol = Protocol(trace_header="x-ref", throttled=re.compile(rb"slow down"))

    def way() -> SignIn:
        return ClientCredentials("https://login.example.test/t", "an-id", Secret(PASSWORD), {"audience": "linked"})

    def answer(request: Request) -> Response:
        if request.url.host == "login.example.test":
            return _json({"access_token": "bearer-of-linked"})
        page = int(request.url.params.get("page", "1"))
        row = {"id": f"{page}", "name": f"{request.url.path} {page}"}
        there = {"link": f'<{request.url.path}?page={page + 1}>; rel="next"'} if page < 3 else {}
        return reply(json.dumps([row] if page <= 3 else []).encode(), 200, {"x-ref": f"ref-{page}", **there})

    def reference(name: str) -> Endpoint:
        return Endpoint(
            LINKED,
            name,
            f"/{name}",
            name.title(),
            "g",
            EndpointKind.REFERENCE,
            ("id",),
            (),
            paging=Paging.PAGE,
            page_size=1,
        )

    return Invented(
        InventedConnection(LINKED, protocol, way), _named(reference("accounts"), reference("parties")), answer
    )
