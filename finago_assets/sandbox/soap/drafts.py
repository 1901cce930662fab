"""Drafts: bundles that were saved and are not booked, as a person sees them on the web.

Owns their register. What booking one does to the ledger is `entering`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from finago_assets.sandbox.soap.warnings_raised import invoice_key

if TYPE_CHECKING:
    from finago_assets.sandbox.soap.sent_bundles import SentBundle


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

    def invoices(self) -> set[object]:
        """Return the invoices that drafts are about."""
        return {invoice_key(entry) for draft in self.kept.values() for entry in draft.bundle.entries}
