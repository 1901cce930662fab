"""Lands a sandbox's books in a warehouse folder, through the client and the store that users land with.

Owns nothing but the landing: what the books hold is the sandbox's plan, and the figures stand in the tests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.catalogue.model import EndpointKind
from finago_assets.core.extract import Extractor
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.secret import Secret
from finago_assets.core.landing.store import Landing, open_store
from finago_assets.core.windows import ONE_DAY, Window
from finago_assets.sandbox.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Container
    from datetime import date

    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.options import Changes
    from tests.dbt.warehouse import Warehouse


def land_office(
    warehouse: Warehouse,
    since: date | None = None,
    endpoints: Container[str] = ENDPOINTS,
    **options: Unpack[Changes],
) -> Books:
    """Land endpoints of a sandbox, by default all, from `since` or their start to the last day of its books."""
    with running(**options) as office:
        _land(office, warehouse, since or office.books.plan.start, endpoints)
        return office.books


def _land(office: Running, warehouse: Warehouse, start: date, endpoints: Container[str]) -> None:
    connection = FinagoConnection(
        organization_id=office.organization_id,
        client_id=office.client_id,
        client_secret=Secret(office.client_secret),
        api_url=office.api_url,
        token_url=office.token_url,
    )
    store = open_store(warehouse.folder / "data", Landing.PARQUET, "finago")
    days = Window(start, office.books.plan.last + ONE_DAY)
    with ApiClient(connection) as client:
        extractor = Extractor(client, store, office.organization_id, "run-1", start, ENDPOINTS)
        for endpoint in sorted(ENDPOINTS.values(), key=lambda e: e.is_child):
            if not endpoint.enabled or endpoint.name not in endpoints:
                store.placeholder(endpoint, office.organization_id, start)
            elif endpoint.kind is EndpointKind.WINDOWED:
                assert all(extractor.land_window(endpoint, days))
            else:
                extractor.land_reference(endpoint)
