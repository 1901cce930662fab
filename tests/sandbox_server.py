"""A sandbox for a test, and a bare HTTP caller that shows every byte of an answer: no client of ours in between."""

from __future__ import annotations

import gzip
import json
import re
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any, Unpack
from urllib.parse import urlencode, urljoin, urlsplit

import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.options import API_AUDIENCE, Changes
from finago_assets.sandbox.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from email.message import Message

    StartSandbox = Callable[..., Running]

TIMEOUT = 10
LINK = re.compile(r'<([^>]*)>((?:\s*;\s*\w+=(?:"[^"]*"|[^\s;,"]+))*)')
RELATION = re.compile(r';\s*rel="?(\w+)"?', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer as it came: exact numbers, headers in any case."""

    status: int
    headers: Message
    body: bytes

    @property
    def json(self) -> Any:
        """The decoded body, with every number a Decimal or int."""
        return json.loads(self.body, parse_float=Decimal)

    @property
    def next(self) -> str | None:
        """The target of the next relation, as it is spelled."""
        for target, parameters in LINK.findall(self.headers.get("Link") or ""):
            relation = RELATION.search(parameters)
            if relation is not None and relation[1] == "next":
                return str(target)
        return None


@dataclass(slots=True)
class Caller:
    """Calls a sandbox with a token of its own."""

    sandbox: Running
    token: str = field(default="", repr=False)

    def authenticate(self, **changes: str) -> Reply:
        """Ask for a token, with fields of the form changed, and keep it when there is one."""
        form = {
            "grant_type": "client_credentials",
            "client_id": self.sandbox.client_id,
            "client_secret": self.sandbox.client_secret,
            "audience": API_AUDIENCE,
            "login_organization": self.sandbox.organization_id,
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        reply = self.send("POST", "/oauth/token", body=urlencode(form | changes).encode(), headers=headers)
        if reply.status == 200:
            self.token = reply.json["access_token"]
        return reply

    def get(self, path: str, **params: object) -> Reply:
        """GET a path under /v1."""
        if not self.token:
            self.authenticate()
        query = f"?{urlencode(params)}" if params else ""
        return self.send("GET", f"/v1{path}{query}")

    def write(self, method: str, path: str, body: object = None, media_type: str = "application/json") -> Reply:
        """Send JSON, or bytes as they are, to a path under /v1."""
        if not self.token:
            self.authenticate()
        sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        return self.send(method, f"/v1{path}", body=sent, headers={"Content-Type": media_type} if sent else {})

    def follow(self, path: str, **params: object) -> list[Reply]:
        """Follow next links until there is none, at most a thousand times."""
        replies = [self.get(path, **params)]
        here = f"{self.sandbox.api_url}{path}"
        while (link := replies[-1].next) is not None and len(replies) < 1000:
            here = urljoin(here, link)
            target = urlsplit(here)
            replies.append(self.send("GET", f"{target.path}?{target.query}"))
        return replies

    def records(self, path: str, **params: object) -> list[Any]:
        """Return every record of a list, over all its pages."""
        return [record for reply in self.follow(path, **params) for record in reply.json]

    def send(
        self, method: str, target: str, *, body: bytes | None = None, headers: dict[str, str] | None = None
    ) -> Reply:
        """Send one request on a connection of its own and return the answer, whatever it is."""
        host = urlsplit(self.sandbox.api_url).netloc
        connection = HTTPConnection(host, timeout=TIMEOUT)
        authorization = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        try:
            connection.request(method, target, body, authorization | (headers or {}))
            with connection.getresponse() as response:
                content = response.read()
                if response.headers.get("Content-Encoding") == "gzip":
                    content = gzip.decompress(content)
                return Reply(response.status, response.headers, content)
        finally:
            connection.close()


@pytest.fixture
def start_sandbox() -> Iterator[StartSandbox]:
    """Return a function that starts a tiny sandbox with options; each ends with the test."""
    with ExitStack() as stack:

        def start(**options: Unpack[Changes]) -> Running:
            chosen: Changes = {"size": Size.TINY}
            chosen.update(options)
            return stack.enter_context(running(**chosen))

        yield start


@pytest.fixture
def sandbox(start_sandbox: StartSandbox) -> Running:
    """Return a tiny sandbox that this test alone talks to."""
    return start_sandbox()


@pytest.fixture
def caller(sandbox: Running) -> Caller:
    """Return a bare caller of the sandbox."""
    return Caller(sandbox)
