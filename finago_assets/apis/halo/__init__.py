"""The accounting integrations of the Halo API as the one value that the engine is handed."""

from __future__ import annotations

from typing import Final

from finago_assets.apis.halo.endpoints import HALO_API, HALO_ENDPOINTS
from finago_assets.apis.halo.operations import OPERATIONS
from finago_assets.core.catalogue.api import Api

HALO: Final = Api(
    source=HALO_API,
    # every tenant has an address of its own
    address="https://tenant.halopsa.com/api",
    endpoints=HALO_ENDPOINTS,
    operations=OPERATIONS,
)
