"""How a journal is meant to be sent, as far as its rules depend on it.

Owns these values. Where they come from, a command's options or a deployment's settings, is for whoever makes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.journal import SaveAs

if TYPE_CHECKING:
    import datetime as dt

# what a chart of accounts in Norway calls customers and suppliers; the API does not say which accounts these are
PARTY_ACCOUNTS: Final = frozenset({1500, 2400})
_LONGEST_COMMENT: Final = 3_999


@dataclass(frozen=True, slots=True)
class PostingOptions:
    """`saves`, `counts` and `offers_links` are the route's, and `one_document`: a voucher's rows have one at most.

    `marker_length` is what sending adds to each comment.

    `ignore_warnings` are those of the vendor's to ignore in this call, as far as the deployment has `allowed_warnings`.
    `server_computes_vat` is None for what the contract gives to understand: of a draft, and not in the ledger.
    `posted` names the bundles that the outbox has as posted, of which nothing is sent, `sent_before` those of which
    something may have got there, whose own lines are no reason against them.
    `amounts_include_vat` tells whether a line with a tax code has its VAT in it; where the buyer computes VAT none has.
    """

    today: dt.date
    save_as: SaveAs = SaveAs.DRAFT
    route: str = "soap"
    saves: frozenset[SaveAs] = frozenset(SaveAs)
    counts: bool = True
    offers_links: bool = True
    one_document: bool = False
    longest_comment: int = _LONGEST_COMMENT
    marker_length: int = 0
    ignore_warnings: tuple[str, ...] = ()
    allowed_warnings: frozenset[str] = frozenset()
    server_computes_vat: bool | None = None
    amounts_include_vat: bool = True
    control_accounts: frozenset[int] = PARTY_ACCOUNTS
    posted: frozenset[str] = frozenset()
    sent_before: frozenset[str] = frozenset()

    @property
    def computes_vat(self) -> bool:
        """True where the vendor computes VAT from tax codes, so that the journal has no line for it."""
        if self.server_computes_vat is not None:
            return self.server_computes_vat
        return self.save_as is SaveAs.DRAFT

    def ignores(self, warning: str) -> bool:
        """Tell whether a warning of the vendor's is ignored, and may be."""
        return warning in self.ignore_warnings and warning in self.allowed_warnings
