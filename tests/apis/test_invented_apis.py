"""Invented APIs of other habits than Finago's: each is a value, and lands like any other."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import Malformed, WindowMoved
from finago_assets.core.extract import Extractor
from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import MockTransport
from finago_assets.core.landing.store import Landing, open_store
from finago_assets.core.windows import Window
from tests.apis.invented import CAP, HIDDEN, PASSWORD, ROWS, SESSION, Invented, counted, linked, paper
from tests.core.http.office import reply

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    from finago_assets.core.http.transport import Request, Response
    from finago_assets.core.landing.store import Landed, RawStore

NOW = datetime(2024, 1, 2, 12, tzinfo=UTC)
DAY = date(2024, 1, 2)


def _client(api: Invented, folder: Path) -> AbstractContextManager[ApiClient]:
    connection = api.connection
    budget = RequestBudget(folder / "budget", connection.source.name, connection.organization_id, Decimal(0))
    policy = RetryPolicy(attempts=1)
    return ApiClient(connection, budget=budget, policy=policy, transport=MockTransport(api.handle), sleep=_never)


def _never(seconds: float) -> None:
    raise AssertionError(f"waited {seconds} seconds")


def _extractor(api: Invented, client: ApiClient, store: RawStore) -> Extractor:
    organization = api.connection.organization_id
    return Extractor(client, store, organization, "run-1", DAY, api.endpoints, now=lambda: NOW, lookback_days=0)


def _lists(api: Invented, folder: Path, landing: Landing) -> tuple[RawStore, Landed]:
    store = open_store(folder, landing, api.connection.source.name)
    with _client(api, folder) as client:
        return store, _extractor(api, client, store).land_reference(api.endpoints["accounts"])


def _records(store: RawStore, landed: Landed) -> Iterator[dict[str, object]]:
    for _, payload in store.records(landed.partition):
        yield json.loads(payload)


@pytest.mark.parametrize("landing", Landing)
def test_sources_with_an_endpoint_of_the_same_name_land_side_by_side(tmp_path: Path, landing: Landing) -> None:
    found = {api.connection.source.name: _lists(api, tmp_path, landing) for api in (counted(), paper(), linked())}
    names = {source: [row.get("name", row.get("Name")) for row in _records(*one)] for source, one in found.items()}
    assert names == {
        "counted": [row["name"] for row in ROWS["accounts"]],
        "paper": ["accounts æ 1", "accounts æ 2"],
        "linked": [f"/api/accounts {page}" for page in (1, 2, 3)],
    }
    for source, (store, landed) in found.items():
        assert (landed.partition.source, landed.manifest.source) == (source, source)
        assert store.verify(landed.partition) == landed.manifest
        assert store.newest("accounts", "4711") == landed.partition
        assert store.organizations() == ["4711"]
    assert sorted(path.name for path in (tmp_path / "budget").glob("*.sqlite")) == [
        f"requests-{source}-4711.sqlite" for source in ("counted", "linked", "paper")
    ]


def test_the_path_of_a_raw_file_begins_with_its_source(tmp_path: Path) -> None:
    _, landed = _lists(counted(), tmp_path, Landing.PARQUET)
    # a list is read twice until both readings agree, and lands under today's date
    assert landed.location == str(tmp_path / "raw/counted/accounts/organization=4711/date=2024-01-02/data.parquet")


def test_pages_by_number_are_asked_for_until_as_many_records_came_as_there_are(tmp_path: Path) -> None:
    api = counted()
    _, landed = _lists(api, tmp_path, Landing.PARQUET)
    assert landed.manifest.rows == len(ROWS["accounts"])
    assert landed.manifest.pages == -(-len(ROWS["accounts"]) // CAP)
    pages = [request.url.params["page_no"] for request in api.asked if "page_no" in request.url.params]
    assert pages[:3] == ["1", "2", "3"]


def test_a_list_that_ends_short_of_its_count_does_not_land(tmp_path: Path) -> None:
    with pytest.raises(Malformed, match="ends after 7 records and says that it has 8"):
        _lists(counted(said=8), tmp_path, Landing.PARQUET)
    assert list(tmp_path.rglob("data.parquet")) == []


@pytest.mark.parametrize("is_log", [True, False])
def test_a_log_may_grow_while_it_is_read_and_any_other_list_may_not(tmp_path: Path, *, is_log: bool) -> None:
    api, rows = counted(), ROWS["accounts"]
    grown = [*rows]

    def growing(request: Request) -> Response:
        if "page_no" not in request.url.params:
            return api.answer(request)
        page = int(request.url.params["page_no"])
        shown = grown[(page - 1) * CAP : page * CAP]
        body = {"record_count": len(grown), "rows": shown}
        if page == 1:
            grown.append({"id": len(grown) + 1, "name": "Ny"})
        return reply(json.dumps(body).encode())

    endpoint = replace(api.endpoints["accounts"], is_log=is_log)
    store = open_store(tmp_path, Landing.PARQUET, "counted")
    with _client(replace(api, answer=growing), tmp_path) as client:
        extractor = _extractor(api, client, store)
        if is_log:
            assert extractor.land_reference(endpoint).manifest.rows == len(rows) + 1
        else:
            with pytest.raises(WindowMoved):
                extractor.land_reference(endpoint)


@pytest.mark.parametrize("landing", Landing)
def test_what_a_redaction_takes_out_never_reaches_the_disk_and_the_manifest_says_so(
    tmp_path: Path, landing: Landing
) -> None:
    store, landed = _lists(counted(), tmp_path, landing)
    assert landed.manifest.redaction == "passwords-1"
    assert store.verify(landed.partition).redaction == "passwords-1"
    assert {row["new_password"] for row in _records(store, landed)} == {None}
    assert {row["ok"] for row in _records(store, landed)} == {True}
    for file in tmp_path.rglob("*"):
        assert file.is_dir() or HIDDEN.encode() not in file.read_bytes(), file


def test_a_windowed_endpoint_lands_by_the_day_of_its_records(tmp_path: Path) -> None:
    for api, name, rows in ((counted(), "errors", len(ROWS["errors"])), (paper(), "slips", 1)):
        store = open_store(tmp_path, Landing.PARQUET, api.connection.source.name)
        with _client(api, tmp_path) as client:
            days = Window(date(2024, 1, 1), date(2024, 1, 3)) if name == "slips" else Window(DAY, date(2024, 1, 3))
            landed = list(_extractor(api, client, store).land_window(api.endpoints[name], days))
        assert [one.partition.date for one in landed] == list(days.days)
        assert landed[-1].manifest.rows == rows


def test_a_session_is_a_cookie_that_is_renewed_when_an_answer_says_that_it_died(tmp_path: Path) -> None:
    api = paper()
    _lists(api, tmp_path, Landing.PARQUET)
    sent = [request.headers["cookie"] for request in api.asked if "cookie" in request.headers]
    assert sent[:2] == [f"SID={SESSION}-0", f"SID={SESSION}-1"]
    assert sum(request.url.path == "/login" for request in api.asked) == 2
    assert all(PASSWORD not in f"{request.url} {request.headers}" for request in api.asked)


def test_a_vendors_own_header_names_the_request_in_the_manifest(tmp_path: Path) -> None:
    _, landed = _lists(linked(), tmp_path, Landing.PARQUET)
    assert {"ref-1", "ref-2", "ref-3"} <= set(landed.manifest.trace_ids)
