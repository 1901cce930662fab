"""The APIs that are read: a folder for each, whose one value says all that the engine must know of it.

Owns the list of them and of the kinds of connections. The engine under `core` imports nothing from here; it is handed
the values.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.connection import FINAGO_CONNECTION
from finago_assets.apis.finago_soap import FINAGO_SOAP
from finago_assets.apis.finago_soap.connection import SOAP_CONNECTION
from finago_assets.apis.halo import HALO
from finago_assets.apis.halo.connection import HALO_CONNECTION

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.catalogue.api import Api


class ApiName(StrEnum):
    """What a command calls an API: the name of its source, and of the kind of its connections."""

    FINAGO = "finago"
    HALO = "halo"


APIS: Final[Mapping[str, Api]] = {ApiName.FINAGO: FINAGO, ApiName.HALO: HALO}
"""Every API by its name; the first is meant where nothing is said."""

LANDED_APIS: Final = (FINAGO, FINAGO_SOAP, HALO)
"""Every API that something is landed of; the SOAP services are asked by nobody else."""

CONNECTION_KINDS: Final = (FINAGO_CONNECTION, HALO_CONNECTION, SOAP_CONNECTION)
"""What a row of the registry may be; the first where it does not say."""
