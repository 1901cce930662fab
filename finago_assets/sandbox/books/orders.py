"""Sales orders and their lines, with totals that follow from the lines.

Owns what an order is. How one reads is `order_json`; invoicing one, with its voucher, is `sales`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from finago_assets.sandbox.books.line_json import make_moment
from finago_assets.sandbox.books.money import rounded, share
from finago_assets.sandbox.books.taxes import TAXES

if TYPE_CHECKING:
    from decimal import Decimal

    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.books.parties import Party
    from finago_assets.sandbox.books.products import Product


class Status(StrEnum):
    """Every status an order can show; `Inactive` is not an allowed value of the filter."""

    DRAFT = "Draft"
    WEB = "Web"
    PROPOSAL = "Proposal"
    CONFIRMED = "Confirmed"
    INVOICE = "Invoice"
    ADVANCE_INVOICE = "AdvanceInvoice"
    INACTIVE = "Inactive"


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One line: price in øre of the order's currency, discount in percent; `tax` and `account` are numbers.

    `written` is the whole record where somebody wrote it through the API. Its price may be finer than øre.
    """

    id: int
    description: str
    quantity: Decimal
    price: int | Decimal
    discount: Decimal
    tax: int
    account: int
    product: Product | None = None
    dimensions: tuple[tuple[int, str], ...] = ()
    written: bytes | None = None

    @property
    def net(self) -> int:
        """Øre without VAT after discount."""
        return rounded(self.quantity * self.price * (100 - self.discount) / 100)


@dataclass(frozen=True, slots=True)
class OrderInvoice:
    """What an order gains when it is invoiced; `voucher_id` joins it to the ledger."""

    number: int
    day: date
    due: date
    kid: str
    voucher_id: str


@dataclass(slots=True)
class Order:
    """A sales order. The customer's fields are a copy from the day it was made.

    `written` is the record where somebody wrote it through the API: all but what follows from lines and status.
    `entered` and `touched` are then when it was created and last changed, as served; `files` were attached to it.
    """

    id: int
    status: Status
    day: date
    customer: Party
    currency: str
    rate: Decimal
    lines: list[OrderLine]
    terms: tuple[str, int | str]
    modified: date
    payment_method: int | None = None
    sales_type: int = -100
    invoice: OrderInvoice | None = None
    dimensions: tuple[tuple[int, str], ...] = ()
    memo: str | None = None
    attachments: int = field(default=0)
    hides_lines: bool = False  # its amounts are there and its lines are not
    written: Json | None = None
    entered: str | None = None
    touched: str | None = None
    files: list[bytes] = field(default_factory=list)

    @property
    def created_at(self) -> str:
        """When it was created, as served."""
        return self.entered or make_moment(self.day, self.id)

    @property
    def modified_at(self) -> str:
        """When it was last changed, as served."""
        return self.touched or make_moment(self.modified, self.id)

    @property
    def net(self) -> int:
        """Øre without VAT, in the order's currency."""
        return sum(line.net for line in self.lines)

    @property
    def taxes(self) -> dict[int, int]:
        """VAT in øre by tax number: each rate's total rounded once, as on a Norwegian invoice."""
        bases: dict[int, int] = {}
        for line in self.lines:
            bases[line.tax] = bases.get(line.tax, 0) + line.net
        return {tax: share(base, TAXES[tax].rate) for tax, base in bases.items()}

    @property
    def gross(self) -> int:
        """Øre with VAT, in the order's currency."""
        return self.net + sum(self.taxes.values())

    def due(self, invoiced: date) -> date:
        """Return the due date of an invoice made on a day."""
        kind, value = self.terms
        if isinstance(value, str):
            return max(date.fromisoformat(value), invoiced)
        if kind == "OutMonthPlusDays":
            return (invoiced.replace(day=1) + timedelta(days=32)).replace(day=1) + timedelta(days=value - 1)
        return invoiced + timedelta(days=value)
