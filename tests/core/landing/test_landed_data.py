"""Going through the stores of all sources: of the endpoints that were asked for, and no other."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.apis.halo import HALO
from finago_assets.core.landing.landed_data import open_landed_data
from finago_assets.core.landing.model import Landing
from finago_assets.core.landing.store import open_store
from tests.dbt.raw_layout import RawFolder

if TYPE_CHECKING:
    from pathlib import Path


def test_only_the_files_of_the_endpoints_that_were_named_are_read_again(tmp_path: Path) -> None:
    raw = RawFolder(tmp_path)
    for endpoint in ("accounts", "taxes"):
        file = raw.land(endpoint, "2024-01-02", ["{}"])
        file.write_bytes(file.read_bytes()[:-40])
    data = open_landed_data(tmp_path, Landing.PARQUET, ENDPOINTS.values())
    assert list(data.faults([])) == []
    (fault,) = data.faults({"finago/taxes", "another/accounts"})
    assert str(raw.file("taxes", "2024-01-02")) in str(fault)
    assert len(list(data.faults({"finago/taxes", "finago/accounts"}))) == 2


@pytest.mark.parametrize("landing", Landing)
def test_a_source_of_which_nothing_landed_can_be_read_once_anything_has(tmp_path: Path, landing: Landing) -> None:
    endpoints = (ENDPOINTS["accounts"], HALO.endpoints["tax"], HALO.endpoints["exactdetails_by_id"])
    data = open_landed_data(tmp_path, landing, endpoints)
    data.complete(dt.date(2024, 1, 1))
    assert list(tmp_path.iterdir()) == []  # nothing at all has landed, and a build is about to say so

    open_store(tmp_path, landing, "finago").placeholder(ENDPOINTS["accounts"], "org-1", dt.date(2024, 1, 1))
    data.complete(dt.date(2024, 1, 1))
    assert data.count_days() == {("finago/accounts", "org-1"): 1}
    assert data.contents({}) == {}
    halo = {path.parts[-4] for path in (tmp_path / "raw" / "halo").rglob("data.parquet")}
    assert halo == ({"tax", "exactdetails_by_id"} if landing is Landing.PARQUET else set())
    assert list(data.faults({"halo/tax"})) == []
