"""Drafts: bundles that were saved and are not booked, as a person sees them on the web.

Owns their register. What booking one does to the ledger is `entering`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finago_assets.sandbox.books.dimensions import name_of
from finago_assets.sandbox.books.ids import Thing, make_guid
from finago_assets.sandbox.books.line_json import quoted
from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.soap.kept_lines import KeptCurrency, KeptDimension, KeptInvoice, KeptLine, KeptReference

if TYPE_CHECKING:
    from finago_assets.sandbox.books.plan import Modes
    from finago_assets.sandbox.soap.sent_bundles import SentBundle, SentVoucher
    from finago_assets.sandbox.soap.sent_entries import SentEntry

ENTRIES_PER_DRAFT: Final = 100_000  # of a draft, as far as the ids of its lines go


@dataclass(frozen=True, slots=True)
class KeptDraft:
    """A bundle that waits for a person; `content` is what it is recognized by."""

    id: int
    bundle: SentBundle
    saved_at: str
    content: str = field(repr=False)

    def summary(self) -> dict[str, Any]:
        """Return what a list of drafts says of it."""
        return {
            "id": self.id,
            "name": self.bundle.name,
            "savedAt": self.saved_at,
            "vouchers": [
                {
                    "transactionNumber": voucher.number,
                    "transactionTypeNumber": voucher.kind.value[1],
                    "entries": [
                        {
                            "date": entry.day.isoformat(),
                            "accountNumber": entry.posting.account,
                            "amount": f"{entry.posting.stated / 100:.2f}",
                            "comment": entry.posting.comment,
                        }
                        for entry in voucher.entries
                    ],
                }
                for voucher in self.bundle.vouchers
            ],
        }


def read_drafted(draft: KeptDraft, voucher: SentVoucher, entry: SentEntry, modes: Modes) -> KeptLine:
    """Return an entry of a draft as if it were a line of the ledger already."""
    posting, invoice = entry.posting, entry.posting.invoice
    serial = draft.id * ENTRIES_PER_DRAFT + list(draft.bundle.entries).index(entry)
    return KeptLine(
        id=make_guid(Thing.DRAFT_LINE, serial),
        transaction=KeptReference(id=f"draft {draft.id}", number=voucher.number),
        account=KeptReference(number=posting.account),
        transaction_type=KeptReference(id=voucher.kind.id),
        amount=Decimal(posting.stated if modes.foreign_amounts else posting.amount) / ORE,
        currency=KeptCurrency(posting.currency, quoted(posting.currency, posting.rate, modes)),
        day=entry.day,
        created_at=draft.saved_at,
        modified_at=draft.saved_at,
        tax=None if posting.tax is None else KeptReference(id=TAXES[posting.tax].id),
        period_date=posting.period,
        invoice=None if invoice is None else KeptInvoice(invoice.number, invoice.due, invoice.kid),
        customer=None if posting.customer is None else KeptReference(id=posting.customer),
        comment=posting.comment,
        dimensions=[KeptDimension(kind, value, name_of(kind, value)) for kind, value in posting.dimensions],
    )


@dataclass(slots=True)
class DraftRegister:
    """Drafts by id."""

    kept: dict[int, KeptDraft] = field(default_factory=dict)
    last: int = 0

    def add(self, bundle: SentBundle, saved_at: str, content: str) -> KeptDraft:
        """Keep a bundle."""
        self.last += 1
        self.kept[self.last] = draft = KeptDraft(self.last, bundle, saved_at, content)
        return draft
