"""The Finago Office REST API, version 0.60.1 of its description, as the one value that the engine is handed."""

from __future__ import annotations

from typing import Final

from finago_assets.apis.finago.connection import API_URL
from finago_assets.apis.finago.endpoints import ENDPOINTS, FINAGO_REST, LEFT_OUT
from finago_assets.apis.finago.parameters import PARAMETERS
from finago_assets.apis.finago.writes import WRITES
from finago_assets.core.catalogue.api import Api
from finago_assets.core.catalogue.reads import reads

FINAGO: Final = Api(
    source=FINAGO_REST,
    address=API_URL,
    endpoints=ENDPOINTS,
    operations={one.name: one for one in (*reads(ENDPOINTS, LEFT_OUT, PARAMETERS), *WRITES)},
    read_as={"transactions": "transactionlines"},
)
