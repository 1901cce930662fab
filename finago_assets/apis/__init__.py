"""The APIs that are read: a folder for each, whose one value says all that the engine must know of it.

Owns the list of the kinds of connections. The engine under `core` imports nothing from here; it is handed the values.
"""

from __future__ import annotations

from typing import Final

from finago_assets.apis.finago.connection import FINAGO_CONNECTION
from finago_assets.apis.halo.connection import HALO_CONNECTION

CONNECTION_KINDS: Final = (FINAGO_CONNECTION, HALO_CONNECTION)
"""What a row of the registry may be; the first where it does not say."""
