"""One writer for every operation that changes the books, by the method and the path template of the description.

Owns the table. Each module beside this file answers for one group; what is written lives as long as the process.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.endpoints.writing import (
    attachments,
    bank,
    customers,
    order_lines,
    orders,
    product_settings,
    products,
    transactions,
)

if TYPE_CHECKING:
    from finago_assets.sandbox.endpoints.ask import Writer

WRITERS: Final[dict[str, Writer]] = {
    **transactions.WRITERS,
    **attachments.WRITERS,
    **orders.WRITERS,
    **order_lines.WRITERS,
    **customers.WRITERS,
    **products.WRITERS,
    **product_settings.WRITERS,
    **bank.WRITERS,
}
