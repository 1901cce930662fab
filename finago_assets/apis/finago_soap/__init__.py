"""The AccountService of Finago Office and its neighbours, over SOAP, as the one value that the engine is handed."""

from __future__ import annotations

from typing import Final

from finago_assets.apis.finago_soap.connection import FINAGO_SOAP_API, SOAP_URL
from finago_assets.apis.finago_soap.endpoints import SOAP_ENDPOINTS
from finago_assets.core.catalogue.api import Api

FINAGO_SOAP: Final = Api(
    source=FINAGO_SOAP_API,
    address=SOAP_URL,
    endpoints=SOAP_ENDPOINTS,
    # what can be asked has types, and is `AccountService`'s
    operations={},
)
