"""Answers of APIs that say little of their shape: with an envelope or none, one record alone, a refusal in a text."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.catalogue.api import Api
from finago_assets.core.catalogue.model import Endpoint, EndpointKind, Envelope, Paging, Source
from finago_assets.core.catalogue.operation import Answers, Method, Operation, Parameter, Type
from finago_assets.core.catalogue.outline import outline
from finago_assets.core.errors import Blocked, Forbidden, Malformed
from finago_assets.core.extract import Extractor
from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.protocol import Protocol, Redaction
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import MockTransport
from finago_assets.core.landing.store import Landing, open_store
from finago_assets.core.request.request import from_template
from tests.apis.invented import PASSWORD, counted
from tests.core.http.office import reply

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.core.http.transport import Request, Response

LOOSE = Source("loose", "Loose API", "1", "https://loose.example.test/docs")
ROWS = Endpoint(
    LOOSE,
    "rows",
    "/rows",
    "Rows",
    "g",
    EndpointKind.REFERENCE,
    ("id",),
    (),
    envelope=Envelope(count="total", lone="id"),
)
NOW = datetime(2024, 1, 2, 12, tzinfo=UTC)


def _landed(
    folder: Path, body: object, *, status: int = 200, protocol: Protocol | None = None, endpoint: Endpoint = ROWS
) -> list[dict[str, int]]:
    """Land what a server answers to everything but its login, and return the records."""
    api = counted()
    connection = replace(api.connection, source=LOOSE, protocol=protocol or Protocol())

    def handle(request: Request) -> Response:
        if request.url.host == "login.example.test":
            return reply(b'{"access_token": "bearer-of-loose"}')
        return reply(body if isinstance(body, bytes) else json.dumps(body).encode(), status)

    budget = RequestBudget(folder / "budget", "loose", "4711", Decimal(0))
    store = open_store(folder, Landing.PARQUET, "loose")
    with ApiClient(
        connection, budget=budget, policy=RetryPolicy(attempts=1), transport=MockTransport(handle)
    ) as client:
        extractor = Extractor(client, store, "4711", "run-1", date(2024, 1, 1), {"rows": ROWS}, now=lambda: NOW)
        landed = extractor.land_reference(endpoint)
        return [json.loads(payload) for _, payload in store.records(landed.partition)]


@pytest.mark.parametrize(
    "body",
    [
        [{"id": 1}, {"id": 2}],
        {"rows": [{"id": 1}, {"id": 2}]},
        {"total": 2, "page": 1, "anything": [{"id": 1}, {"id": 2}], "hints": None},
    ],
)
def test_a_list_is_found_with_an_envelope_and_without_one(tmp_path: Path, body: object) -> None:
    assert _landed(tmp_path, body) == [{"id": 1}, {"id": 2}]


def test_an_object_with_an_id_is_one_record_whatever_lists_it_holds(tmp_path: Path) -> None:
    assert _landed(tmp_path, {"id": 7, "links": [{"id": 1}, {"id": 2}]}) == [{"id": 7, "links": [{"id": 1}, {"id": 2}]}]


@pytest.mark.parametrize(
    "body", [{"name": "kept-out"}, {"a": [{"id": 1}], "b": [{"id": 2}]}, {"total": 0, "name": "kept-out"}]
)
def test_anything_else_is_refused_by_its_fields_and_not_by_what_they_hold(tmp_path: Path, body: object) -> None:
    with pytest.raises(Malformed, match=r"no list of records among its fields (name|a, b|total, name)") as raised:
        _landed(tmp_path, body)
    assert "kept-out" not in str(raised.value)


def test_a_list_without_pages_that_is_shorter_than_it_says_does_not_land(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="ends after 2 records and says that it has 3"):
        _landed(tmp_path, {"total": 3, "rows": [{"id": 1}, {"id": 2}]})
    assert list(tmp_path.rglob("data.parquet")) == []


def test_a_refusal_in_a_text_is_the_apis_own_where_it_gives_no_trace_ids(tmp_path: Path) -> None:
    with pytest.raises(Forbidden, match="ask the owner"):
        _landed(tmp_path, b"no rights", status=403, protocol=Protocol(advice={Forbidden: "ask the owner"}))
    with pytest.raises(Blocked):
        _landed(tmp_path, b"no rights", status=403, protocol=Protocol(trace_header="x-trace-id"))
    with pytest.raises(Blocked):
        _landed(tmp_path, b"<html>no rights</html>", status=403)


def test_records_that_lose_their_secrets_do_not_land_where_they_repeat_ours(tmp_path: Path) -> None:
    as_they_are = Protocol(redaction=Redaction("nothing-1", lambda _template, record: record))
    with pytest.raises(Malformed, match="repeats a secret of ours") as raised:
        _landed(tmp_path, [{"id": 1, "error": f"no login with {PASSWORD}"}], protocol=as_they_are)
    assert PASSWORD not in str(raised.value)
    assert list(tmp_path.rglob("data.parquet")) == []


@pytest.mark.parametrize("body", [{"id": 7, "rows": [{"id": 1}]}, [{"id": 7, "rows": [{"id": 1}]}]])
def test_one_record_that_was_asked_for_by_itself_may_come_in_a_list(tmp_path: Path, body: object) -> None:
    alone = replace(ROWS, single=True)
    assert _landed(tmp_path, body, endpoint=alone) == [{"id": 7, "rows": [{"id": 1}]}]
    with pytest.raises(Malformed, match="2 records where one was asked for"):
        _landed(tmp_path, [{"id": 7}, {"id": 8}], endpoint=alone)


def test_a_request_for_all_pages_asks_for_their_size_by_the_apis_own_word() -> None:
    endpoint = counted().endpoints["accounts"]
    query = tuple(Parameter(name, Type.INTEGER, "1") for name in ("page_no", "page_size"))
    listing = Operation(
        "accounts.list",
        Method.GET,
        "/accounts",
        "Accounts",
        "setup",
        (),
        Answers.LIST,
        query=query,
        paging=Paging.COUNT,
        page_size=100,
        endpoint=endpoint,
    )
    api = Api(endpoint.source, "https://counted.example.test/api", counted().endpoints, {listing.name: listing})
    assert from_template(api, "accounts.list", all_pages=True).query == {"page_size": "100"}


def test_the_fields_of_a_body_that_is_an_array_are_told_like_those_of_an_object() -> None:
    record = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    assert [one.place for one in outline({"type": "array", "items": record})] == ["[].name"]
