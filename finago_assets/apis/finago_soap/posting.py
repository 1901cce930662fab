"""Posting over AccountService: a bundle a call, into a draft or the ledger, numbered here.

Owns what a route promises, said in the facade's words. The facade asserts whose session it is, and sends once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

from finago_assets.apis.finago_soap.datatypes import IgnoreWarnings
from finago_assets.apis.finago_soap.posting_bundle import BundleSpelling
from finago_assets.apis.finago_soap.posting_lists import SoapReader
from finago_assets.core.posting.facts import PostingFacts, VatComputedBy
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.route import Answered, SendResult

if TYPE_CHECKING:
    import datetime as dt

    from finago_assets.apis.finago_soap.account_service import AccountService, SaveOutcome
    from finago_assets.core.posting.journal import Journal, LedgerLine, Lists
    from finago_assets.core.posting.route import NumberedBundle

SOAP_COMMENT_LIMIT: Final = 3999
_LONGEST_DESCRIPTION: Final = 500


@dataclass
class SoapRoute:
    """Posts for the facade's organization; `facts` say what the server takes and does."""

    service: AccountService
    facts: PostingFacts = field(default_factory=PostingFacts)
    name: ClassVar[str] = "soap"
    saves: ClassVar[frozenset[SaveAs]] = frozenset(SaveAs)
    counts: ClassVar[bool] = True

    def __post_init__(self) -> None:
        self._reader = SoapReader(self.service)

    @property
    def organization_id(self) -> str:
        return self.service.organization_id

    @property
    def computes_vat(self) -> frozenset[SaveAs]:
        always = self.facts.ledger_vat is VatComputedBy.SERVER
        return frozenset(SaveAs) if always else frozenset({SaveAs.DRAFT})

    def confirm_organization(self) -> None:
        self.service.assert_tenant()

    def read_lists(self, journal: Journal) -> Lists:
        return self._reader.lists(journal)

    def next_number(self, series: int, day: dt.date) -> int:
        return self.service.entry_id(day, series)

    def save(self, numbered: NumberedBundle, save_as: SaveAs, ignore_warnings: tuple[str, ...]) -> SendResult:
        tax_ids = {number: code.tax_id for number, code in self._reader.tax_codes.items()}
        spelling = BundleSpelling(save_as, self.facts, tax_ids, self._reader.base_currency)
        return _read_outcome(self.service.save_bundle_list(spelling.bundle_list(numbered, ignore_warnings)))

    def find(self, numbered: NumberedBundle) -> list[LedgerLine]:
        if not numbered.numbers:
            return []
        types = self._reader.types
        series = {types[one.transaction_type_number].series for one in numbered.bundle.vouchers}
        return [
            line
            for line in self._reader.lines(numbered.fiscal_year, numbered.numbers)
            # a number is one of its series; a type that is not listed could be of any
            if line.transaction_type_number not in types or types[line.transaction_type_number].series in series
        ]


def _read_outcome(outcome: SaveOutcome) -> SendResult:
    """Return the result; of the server's own text a warning's word goes into ours, the rest is for people."""
    named = [one.value for one in IgnoreWarnings if one.value in outcome.description.lower()]
    reason = f"{outcome.reason[:1].upper()}{outcome.reason[1:].rstrip('.')}."
    if named and outcome.answered is Answered.REFUSED:
        said = ", ".join(named)
        reason += f" It warns of {said}; where that is meant, allow it and say --ignore-warning {named[0]}."
    return SendResult(outcome.answered, reason, description=outcome.description[:_LONGEST_DESCRIPTION])
