"""The tag that tells assets of one layer from those of another, so that jobs can choose by it.

Owns its name and values; an asset of a user's own carries it as the built-in ones do.
"""

from __future__ import annotations

from typing import Final

LAYER: Final = "finago/layer"
RAW_LAYER: Final = (LAYER, "raw")
REQUEST_LAYER: Final = (LAYER, "request")
REPORT_LAYER: Final = (LAYER, "report")
