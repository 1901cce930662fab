"""Going through the stores of all sources: of the endpoints that were asked for, and no other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.landing.landed_data import open_landed_data
from finago_assets.core.landing.model import Landing
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
