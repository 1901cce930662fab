"""An answer as a landed partition: what the asset would have landed, or nothing."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.core.errors import RequestRefused
from finago_assets.core.landing.store import Landing, LandingOutcome, Partition, RawStore, open_store
from finago_assets.core.request.request import Request, by_hand, from_template
from finago_assets.core.request.targets.raw import RawPartition
from finago_assets.core.request.targets.target import parse_target

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.request.targets.conftest import Answering

NIGHT = datetime(2024, 6, 30, 22, 30, tzinfo=UTC)  # already July in Oslo
JULY = date(2024, 7, 1)
YEAR = {"dateFrom": "2024-01-01", "dateTo": "2024-12-31"}


@pytest.fixture(params=Landing)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> RawStore:
    return open_store(tmp_path / "data", request.param, "finago")


def into(store: RawStore, request: Request) -> RawPartition:
    return RawPartition(store, "123", request, run="run-1", now=lambda: NIGHT)


def test_a_whole_list_lands_under_todays_date_in_oslo(store: RawStore, answer: Answering) -> None:
    target = parse_target("raw", raw=lambda: into(store, from_template(FINAGO, "taxes.list", all_pages=True)))
    written = target.write(answer('[{"id": 1, "rate": 25.0}, {"id": 2}]'))
    partition = Partition("finago", "taxes", "123", JULY)
    assert written.rows == 2
    assert [payload for _, payload in store.records(partition)] == [b'{"id": 1, "rate": 25.0}', b'{"id": 2}']
    manifest = store.verify(partition)
    assert (manifest.run, manifest.distinct_ids, manifest.trace_ids) == ("run-1", 2, ("trace-1",))
    assert (manifest.outcome, manifest.fetched_at) == (LandingOutcome.LANDED, NIGHT)


def test_one_object_lands_where_the_asset_lands_one(store: RawStore, answer: Answering) -> None:
    target = into(store, from_template(FINAGO, "organization_information.get"))
    target.write(answer('{"id": "123", "name": "Books AS"}', many=False))
    assert list(store.records(Partition("finago", "organization_information", "123", JULY))) == [
        (None, b'{"id": "123", "name": "Books AS"}')
    ]


def test_pages_are_counted_by_their_size(store: RawStore, answer: Answering) -> None:
    given = dataclasses.replace(answer(str([{"id": n} for n in range(250)]).replace("'", '"')), pages=3, requests=4)
    target = into(store, from_template(FINAGO, "customers.list", all_pages=True))
    assert target.write(given).rows == 250
    manifest = store.verify(Partition("finago", "customers", "123", JULY))
    assert (manifest.pages, manifest.requests) == (3, 4)


@pytest.mark.parametrize(
    ("request_", "why"),
    [
        (by_hand(FINAGO, "GET", "/salesorders", all_pages=True), r"its rows belong to days.*finago/salesorders"),
        (by_hand(FINAGO, "GET", "/pricelists/7/prices"), "it answers for one record of pricelists"),
        (from_template(FINAGO, "accountbalances.list", query=YEAR), "one request for each fiscal year"),
        (
            from_template(FINAGO, "customers.list", query={"isSupplier": "true"}, all_pages=True),
            "not what the asset lands",
        ),
        (by_hand(FINAGO, "GET", "/customers", all_pages=True), "not what the asset lands"),
        (from_template(FINAGO, "customers.list"), "a partition holds all pages"),
        (by_hand(FINAGO, "GET", "/customers/7"), "reads no list of the catalogue"),
        (by_hand(FINAGO, "GET", "/me/identifiers"), "reads no list of the catalogue"),
    ],
)
def test_anything_but_a_whole_list_is_refused(store: RawStore, request_: Request, why: str) -> None:
    with pytest.raises(RequestRefused, match=why):
        into(store, request_)
