"""One handler for every GET operation that the catalogue names, by the path template of the catalogue.

Owns the table. Each module beside this file answers for one group of endpoints; writes have a package of their own.
"""

from __future__ import annotations

from finago_assets.sandbox.endpoints import (
    bank,
    crm,
    dimensions,
    files,
    invoicing,
    ledger,
    left_out,
    organization,
    product,
)
from finago_assets.sandbox.endpoints.ask import Ask, Handler

HANDLERS: dict[str, Handler] = {
    **ledger.HANDLERS,
    **dimensions.HANDLERS,
    **invoicing.HANDLERS,
    **crm.HANDLERS,
    **product.HANDLERS,
    **bank.HANDLERS,
    **organization.HANDLERS,
    **files.HANDLERS,
    **left_out.HANDLERS,
}

__all__ = ["HANDLERS", "Ask", "Handler"]
