"""What the sandbox leaves out of its links and its pages is found all the same, and lands the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.extract import Extractor
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.secret import Secret
from finago_assets.core.landing.parquet import ParquetStore
from finago_assets.core.windows import ONE_DAY, Window

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.sandbox.server import Running
    from tests.sandbox_server import StartSandbox


def landed(office: Running, folder: Path) -> dict[str, str]:
    """Land a month of lines and orders and all customers; return the digest of each partition."""
    connection = FinagoConnection(
        office.organization_id, office.client_id, Secret(office.client_secret), office.api_url, office.token_url
    )
    first = office.books.plan.start
    month = Window(first, first + 31 * ONE_DAY)
    with ApiClient(connection) as client:
        extractor = Extractor(client, ParquetStore(folder, "finago"), office.organization_id, "run-1", first, ENDPOINTS)
        found = [extractor.land_reference(ENDPOINTS["customers"])]
        for name in ("transactionlines", "salesorders"):
            found.extend(extractor.land_window(ENDPOINTS[name], month))
    assert any(one.manifest.pages > 1 for one in found)
    days = {f"{one.partition.endpoint} {one.partition.date}": one.manifest.digest for one in found}
    assert len(days) == 1 + 2 * 31
    return days


@pytest.mark.parametrize("mode", [{"links_drop_filters": True}, {"trailing_empty_page": True}])
def test_links_without_filters_and_pages_without_records_land_what_others_do(
    start_sandbox: StartSandbox, tmp_path: Path, mode: dict[str, bool]
) -> None:
    plain = landed(start_sandbox(largest_page=5), tmp_path / "plain")
    assert landed(start_sandbox(largest_page=5, **mode), tmp_path / "odd") == plain
