"""A ledger line as the SOAP services read it back out of the ledger.

Owns the shape, and what a line comes to in the base currency and in its own.
"""

from __future__ import annotations

from datetime import date  # noqa: TC003  msgspec reads it
from decimal import Decimal
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.sandbox.books.accounts import PAYABLE, RECEIVABLE
from finago_assets.sandbox.books.money import ORE, rounded

if TYPE_CHECKING:
    from finago_assets.sandbox.books.plan import Modes

OPEN_ITEM_ACCOUNTS: Final = (RECEIVABLE, PAYABLE)
LOCAL_CODES: Final = ("LOCAL", "NOK")


class KeptReference(msgspec.Struct):
    """Something that a line names by id or number."""

    id: int | str | None = None
    number: int | str | None = None


class KeptInvoice(msgspec.Struct, rename="camel"):
    """The invoice of a line."""

    number: str | None = None
    due_date: date | None = None
    remittance_reference: str | None = None


class KeptCurrency(msgspec.Struct):
    """The currency of a line and what it cost."""

    code: str
    rate: Decimal


class KeptDimension(msgspec.Struct, rename="camel"):
    """A dimension of a line."""

    dimension_type: int
    value: str
    name: str = ""


class KeptLine(msgspec.Struct, rename="camel"):
    """A line; what nobody of us reads is left out."""

    id: str
    transaction: KeptReference
    account: KeptReference
    transaction_type: KeptReference
    amount: Decimal
    currency: KeptCurrency
    day: date = msgspec.field(name="date")
    created_at: str
    modified_at: str
    tax: KeptReference | None = None
    period_date: date | None = None
    invoice: KeptInvoice | None = None
    customer: KeptReference | None = None
    comment: str | None = None
    document_id: int | None = None
    dimensions: list[KeptDimension] = []

    @property
    def is_local(self) -> bool:
        """True for a line in the base currency."""
        return self.currency.code in LOCAL_CODES

    def in_base(self, modes: Modes) -> Decimal:
        """Return the amount in the base currency."""
        if self.is_local or not modes.foreign_amounts:
            return self.amount
        return Decimal(rounded(self.amount * self._rate(modes) * ORE)) / ORE

    def in_own(self, modes: Modes) -> Decimal:
        """Return the amount in the line's own currency."""
        if self.is_local or modes.foreign_amounts:
            return self.amount
        return Decimal(rounded(self.amount / self._rate(modes) * ORE)) / ORE

    def unit(self, modes: Modes) -> int:
        """Return what number of the currency its rate is for."""
        return 100 if self.currency.code in modes.per_hundred else 1

    def _rate(self, modes: Modes) -> Decimal:
        return self.currency.rate / self.unit(modes)


_DECODER: Final = msgspec.json.Decoder(KeptLine)


def read_line(line: bytes) -> KeptLine | None:
    """Return a line, None for one that was spoiled and that no contract could carry."""
    try:
        return _DECODER.decode(line)
    except msgspec.ValidationError:
        return None
