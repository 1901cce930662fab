"""T16 for requests: whatever paths, variables, parameters and connections are called, nothing leaves API or folder."""

from __future__ import annotations

import random
from posixpath import normpath
from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.connection import FINAGO_CONNECTION
from finago_assets.core.connections.model import RegisteredConnection
from finago_assets.core.errors import RequestRefused, SettingInvalid
from finago_assets.core.http.origin import Origin
from finago_assets.core.http.paging import query_of
from finago_assets.core.request.audit import Audit
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import Request, by_hand, from_template
from finago_assets.core.request.result import Exit
from tests.core.http.office import API, Clock, Office, client_of, reply
from tests.hostile import NASTY, hostile

if TYPE_CHECKING:
    from pathlib import Path

READS: Final = [operation for operation in FINAGO.operations.values() if not operation.method.writes]
UNDONE: Final = 3  # times that some server or proxy might undo escapes


def _drawn(source: random.Random) -> Request:
    """Make a hostile request in one of the ways there are. Raises RequestRefused."""
    name, other = hostile(source), hostile(source)
    match source.randrange(5):
        case 0:
            return by_hand(FINAGO, "GET", name)
        case 1:
            return by_hand(FINAGO, "GET", f"/things/{name}")
        case 2:
            return by_hand(FINAGO, "GET", "/things/{one}/{two}", variables={"one": name, "two": other})
        case 3:
            return by_hand(FINAGO, "GET", "/things", query={name: other})
        case _:
            operation = source.choice(READS)
            query = {one.name: one.example for one in operation.query}
            variables = {one.name: name for one in operation.variables}
            return from_template(
                FINAGO, operation.name, variables=variables, query={**query, **dict.fromkeys(query, other)}
            )


def _servers_view(path: str) -> str:
    for _ in range(UNDONE):
        path = unquote(path).replace("\\", "/")
    return normpath(path)


def test_ten_thousand_hostile_requests_stay_below_the_api_and_apart() -> None:
    source, origin, refused = random.Random(16), Origin(API), 0
    places: dict[str, tuple[str, object]] = {}
    for _ in range(10_000):
        try:
            request = _drawn(source)
        except RequestRefused:
            refused += 1
            continue
        url = origin.at(request.path, query_of(request.query))
        parts = urlsplit(url)
        assert f"{parts.scheme}://{parts.netloc}" == "https://api.example.test"
        assert url.isascii()
        assert url.isprintable()
        assert parts.fragment == ""
        assert parts.path.startswith("/v1/")
        assert _servers_view(parts.path).startswith("/v1/")
        # what a value held is what a server reads, and no two requests are one address
        assert dict(parse_qsl(parts.query, keep_blank_values=True)) == request.query
        meant = (unquote(request.path), request.query)
        assert places.setdefault(url, meant) == meant
    print(f"T16: 10,000 requests, {refused:,} refused unsent, {len(places):,} addresses, 0 off the API, 0 collisions")
    assert refused > 5000
    assert len(places) > 500


@pytest.mark.parametrize("name", NASTY[:40])
def test_what_is_refused_was_not_sent_and_what_is_sent_leaves_one_file_in_the_folder(name: str, tmp_path: Path) -> None:
    office, folder = Office(lambda _: reply()), tmp_path / "answers"
    with client_of(office, Clock()) as client:
        try:
            request = by_hand(FINAGO, "GET", "/things/{name}", variables={"name": name})
        except RequestRefused:
            assert office.asked == []
            assert list(tmp_path.iterdir()) == []
            return
        outcome = perform(request, client, folder)
    assert outcome.exit is Exit.SUCCESS
    (asked,) = office.calls
    assert (asked.host, asked.path) == ("api.example.test", f"/v1/things/{name}")
    assert [path.parent for path in tmp_path.rglob("*.json")] == [folder]


@pytest.mark.parametrize("name", NASTY)
def test_a_connections_name_is_refused_or_stays_a_word(name: str, tmp_path: Path) -> None:
    try:
        connection = RegisteredConnection(FINAGO_CONNECTION, name, "4711", ("env:CLIENT_ID", "env:CLIENT_SECRET"))
    except SettingInvalid:
        return
    audit = Audit(tmp_path / "audit" / "writes.jsonl", connection.name)
    audit.open(by_hand(FINAGO, "DELETE", "/things"), connection.organization_id)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [audit.path]
    assert [entry.connection for entry in audit.entries()] == [name]


def test_a_folder_behind_a_link_is_taken_and_a_link_in_a_files_place_is_not(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "answers").symlink_to(tmp_path / "disk")
    with client_of(Office(lambda _: reply()), Clock()) as client:
        outcome = perform(by_hand(FINAGO, "GET", "/things"), client, tmp_path / "answers")
    assert outcome.exit is Exit.SUCCESS
    assert len(list((tmp_path / "disk").iterdir())) == 1
