"""Handlers of the GET operations that carry accounting sense, by the path template of the description.

Owns the table. Each module beside this file answers for one group of endpoints; writes have a package of their own.
What is in neither is answered from the description.
"""

from __future__ import annotations

from finago_assets.sandbox.endpoints import (
    bank,
    crm,
    dimensions,
    files,
    invoicing,
    ledger,
    organization,
    product,
)
from finago_assets.sandbox.endpoints.ask import Ask, Handler, one_of

HANDLERS: dict[str, Handler] = {
    **ledger.HANDLERS,
    **dimensions.HANDLERS,
    **invoicing.HANDLERS,
    **crm.HANDLERS,
    **product.HANDLERS,
    **bank.HANDLERS,
    **organization.HANDLERS,
    **files.HANDLERS,
}


def handler_of(path: str) -> Handler | None:
    """Return what answers a read by hand, None where nothing does; one record is found in the list above it."""
    above, _, variable = path.removesuffix("}").rpartition("/{")
    if path in HANDLERS or not path.endswith("}") or above not in HANDLERS:
        return HANDLERS.get(path)
    return one_of(HANDLERS[above], variable)


__all__ = ["HANDLERS", "Ask", "Handler", "handler_of"]
