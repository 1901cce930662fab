"""A server that repeats what it hears, in whatever spelling: neither the secret nor a token comes to rest anywhere."""

from __future__ import annotations

import base64
import html
import json
import traceback
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, quote

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.secret import Secret
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import by_hand, from_template
from finago_assets.core.request.result import Exit
from tests.core.http.loopback import http, serving
from tests.security.canaries import SECRET, TOKEN, sightings
from tests.security.stage import at_debug

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.request.request import Request

SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "as JSON": lambda heard: json.dumps([{"heard": heard}]).encode(),
    "as JSON of other letters": lambda heard: json.dumps([{"heard": heard}], ensure_ascii=False).encode(),
    "as HTML": lambda heard: f"<p>{html.escape(heard)}</p>".encode(),
    "as an address": lambda heard: json.dumps([{"next": f"/x?token={quote(heard)}"}]).encode(),
    "as base64": lambda heard: json.dumps([base64.b64encode(f"id:{heard}".encode()).decode()]).encode(),
}
REQUESTS = {
    "a read": from_template(FINAGO, "accounts.list"),
    "all pages": by_hand(FINAGO, "GET", "/things", all_pages=True),
    "a write": by_hand(FINAGO, "POST", "/things", body=b"{}"),
}
STATUSES = ["200 OK", "302 Found", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "503 Unavailable"]


@dataclass
class Mirror:
    """Answers every request with what it heard of `what`: the token just sent, or the secret of the token request."""

    status: str
    what: str
    spelled: Callable[[str], bytes]
    secret: str = ""

    def __call__(self, connection: socket.socket, head: bytes) -> None:
        if b"/oauth/token" in head.partition(b"\r\n")[0]:
            connection.sendall(http(json.dumps({"access_token": TOKEN, "expires_in": 3600}).encode()))
            return
        line = next(line for line in head.decode().splitlines() if line.lower().startswith("authorization:"))
        heard = line.partition("Bearer ")[2] if self.what == "token" else self.secret
        told = heard.encode("ascii", "replace").decode()
        headers = [f"{name}: {told}" for name in ("X-Trace-Id", "Content-Type", "ETag", "Retry-After", "Link")]
        location = f"Location: /login?token={quote(told)}"
        connection.sendall(http(self.spelled(heard), f"{self.status} {told}", *headers, location))


@pytest.mark.parametrize("spelled", SPELLINGS.values(), ids=SPELLINGS)
@pytest.mark.parametrize("what", ["token", "secret"])
def test_no_secret_is_in_answer_audit_error_or_log(
    spelled: Callable[[str], bytes], what: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    noted: list[str] = []
    policy = RetryPolicy(attempts=1)
    mirror = Mirror("", what, spelled, SECRET)
    with serving(mirror) as heard, at_debug():
        connection = FinagoConnection("1001", "client", Secret(SECRET), f"{heard.url}/v1", f"{heard.url}/oauth/token")
        for mirror.status in STATUSES:
            for request in REQUESTS.values():
                with ApiClient(connection, policy=policy, sleep=lambda _: None) as client:
                    noted += _done(request, client, tmp_path / "answers")
    sent = b"\n".join(heard.requests).decode()
    assert dict(parse_qsl(heard.requests[0].decode().partition("\r\n\r\n")[2]))["client_secret"] == SECRET
    assert TOKEN in sent
    (tmp_path / "notes.txt").write_text("\n".join([*noted, caplog.text]), encoding="utf-8")
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(files) > len(STATUSES) * len(REQUESTS) / 2
    assert [(path.name, sightings(path.read_bytes())) for path in files if sightings(path.read_bytes())] == []


def _done(request: Request, client: ApiClient, folder: Path) -> list[str]:
    outcome = perform(request, client, folder, allow_writes=True)
    assert outcome.exit is Exit.ERROR
    error = outcome.problem
    assert error is not None
    return [repr(outcome), repr(outcome.answer), str(error), *traceback.format_exception(error), repr(error.__dict__)]


def test_a_body_that_says_nothing_of_ours_is_kept_so_that_the_search_above_means_something(tmp_path: Path) -> None:
    def refusing(connection: socket.socket, head: bytes) -> None:
        granted = json.dumps({"access_token": TOKEN}).encode()
        oauth = b"/oauth/token" in head.partition(b"\r\n")[0]
        connection.sendall(http(granted) if oauth else http(b'{"error":{"name":"Refused"}}', "400 Bad Request"))

    with serving(refusing) as heard:
        connection = FinagoConnection("1001", "client", Secret(SECRET), f"{heard.url}/v1", f"{heard.url}/oauth/token")
        with ApiClient(connection) as client:
            outcome = perform(REQUESTS["a read"], client, tmp_path)
    assert outcome.answer is not None
    assert outcome.answer.body.read_bytes() == b'{"error":{"name":"Refused"}}'
    assert outcome.answer.errors == ("Refused",)
    assert sightings(TOKEN.encode())
