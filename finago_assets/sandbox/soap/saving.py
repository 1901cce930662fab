"""SaveBundleList: bundles go to the ledger or to the drafts, all of a call or nothing of it, and no number twice.

Owns the order of the questions: what was said of the call, whether it is there already, whether its numbers are free,
and then everything that is wrong with it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finago_assets.sandbox.books.written_records import stamp
from finago_assets.sandbox.faults import AnswerFault
from finago_assets.sandbox.soap.entering import enter_bundle
from finago_assets.sandbox.soap.refusals import ALREADY_SAVED_WORD, DUPLICATE_WORD, SAVED_WORD, BundleRefused
from finago_assets.sandbox.soap.sent_bundles import POSTABLE, check_balance, check_sent_links, read_bundle
from finago_assets.sandbox.soap.sent_entries import EntryReader
from finago_assets.sandbox.soap.series import is_taken, release, reserve
from finago_assets.sandbox.soap.switches import VatComputed
from finago_assets.sandbox.soap.warnings_raised import check_warnings, ignored_warnings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.sandbox.soap.call import AsmxCall, AsmxRecord
    from finago_assets.sandbox.soap.desk import SoapLedger
    from finago_assets.sandbox.soap.sent_bundles import SentBundle
    from finago_assets.sandbox.soap.switches import SoapSwitches

TO_LEDGER: Final = 0
TO_DRAFTS: Final = 1


def save_bundle_list(call: AsmxCall) -> AsmxRecord:
    """Save a list of bundles and say how that went; an ordered result comes whatever became of it."""
    rule = call.rule if call.rule is not None and call.rule.fault is AnswerFault.RESULT else None
    if rule is not None and not rule.work:
        _ = call.ledger
        return {"Type": rule.text, "Description": "Planned."}
    try:
        _save(call)
    except BundleRefused as refused:
        silent = refused.warning and not call.desk.switches.names_warnings
        answer = {"Type": refused.kind, "Description": "The bundle was not saved." if silent else refused.words}
    else:
        answer = {"Type": SAVED_WORD}
    return answer if rule is None else {"Type": rule.text, "Description": "Planned."}


def _save(call: AsmxCall) -> None:
    ledger, sent = call.ledger, call.arguments["BundleList"]
    if sent is None or not sent["Bundles"]:
        raise BundleRefused("BundleList has no bundles.")
    if sent["SaveOption"] not in (TO_LEDGER, TO_DRAFTS):
        raise BundleRefused(f"SaveOption {sent['SaveOption']} does not exist.")
    ignored, drafts = ignored_warnings(sent["IgnoreWarnings"]), sent["SaveOption"] == TO_DRAFTS
    contents = [_recognized_by(sent["SaveOption"], bundle) for bundle in sent["Bundles"]]
    if ledger.saved.intersection(contents):
        raise BundleRefused("The bundle was saved before.", ALREADY_SAVED_WORD)
    _check_given_once(sent["Bundles"])
    saver = _Saver(ledger, call.desk.switches, sent["DefaultCustomerId"], ignored, drafts, sent["AllowDifference"])
    pairs = list(zip(sent["Bundles"], contents, strict=True))
    if call.desk.switches.saves_whole:
        saver.save(pairs)
        return
    for pair in pairs:
        saver.save([pair])


@dataclass(frozen=True, slots=True)
class _Saver:
    """What was said of a whole call."""

    ledger: SoapLedger
    switches: SoapSwitches
    customer: int
    ignored: frozenset[str]
    drafts: bool
    difference: bool

    def save(self, pairs: list[tuple[Mapping[str, Any] | None, str]]) -> None:
        """Save bundles, each with what it is recognized by, or none of them. Raises BundleRefused."""
        reader = EntryReader(self.ledger, self.switches, self.customer)
        difference, computes = self.drafts and self.difference, self.switches.computes_vat is VatComputed.ALWAYS
        read = [(read_bundle(reader, sent, difference=difference), content) for sent, content in pairs]
        _check_taken(self.ledger, [bundle for bundle, _ in read])
        for bundle, _ in read:
            check_warnings(self.ledger, bundle, self.ignored, vat_lines=not self.drafts and not computes)
        for bundle, content in read:
            self._keep(bundle, content, computes=computes)

    def _keep(self, bundle: SentBundle, content: str, *, computes: bool) -> None:
        self.ledger.saved.add(content)
        if not self.drafts:
            enter_bundle(self.ledger, bundle, computes=computes)
            return
        self.ledger.drafts.add(bundle, stamp(self.ledger.books.written.now()), content)
        for voucher in bundle.vouchers:
            reserve(self.ledger.books.ledger, voucher.kind, voucher.day, voucher.number)


def _recognized_by(option: int, bundle: object) -> str:
    return hashlib.sha256(f"{option}{bundle!r}".encode()).hexdigest()


def _check_given_once(bundles: list[Mapping[str, Any] | None]) -> None:
    given = [
        (one["Sort"], one["TransactionNo"])
        for bundle in bundles
        for one in (bundle or {}).get("Vouchers") or ()
        if one is not None and one["Sort"] in POSTABLE
    ]
    if len(set(given)) < len(given):
        raise BundleRefused("A TransactionNo is given twice in one series.", DUPLICATE_WORD)


def _check_taken(ledger: SoapLedger, bundles: list[SentBundle]) -> None:
    for bundle in bundles:
        for voucher in bundle.vouchers:
            if is_taken(ledger.books.ledger, voucher.kind, bundle.first, bundle.last, voucher.number):
                words = f"Voucher {voucher.number} of type {voucher.kind.value[1]} exists already."
                raise BundleRefused(words, DUPLICATE_WORD)


def book_draft(ledger: SoapLedger, draft: int, switches: SoapSwitches) -> list[str]:
    """Book a draft as a person would and return the ids of its vouchers. Raises KeyError, and ValueError as refused."""
    kept = ledger.drafts.kept[draft]
    try:
        check_balance(kept.bundle)
        check_sent_links(ledger, kept.bundle)
    except BundleRefused as refused:
        raise ValueError(refused.words) from None
    if closed := [odd for entry in kept.bundle.entries if (odd := ledger.closed_at(entry.day)) is not None]:
        raise ValueError(closed[0])
    computes = switches.computes_vat is not VatComputed.NEVER and not kept.bundle.direct
    entered = enter_bundle(ledger, kept.bundle, computes=computes)
    del ledger.drafts.kept[draft]
    return entered


def delete_draft(ledger: SoapLedger, draft: int) -> None:
    """Delete a draft and free its numbers. Raises KeyError for an unknown one."""
    kept = ledger.drafts.kept.pop(draft)
    ledger.saved.discard(kept.content)
    for voucher in kept.bundle.vouchers:
        release(ledger.books.ledger, voucher.kind, voucher.day, voucher.number)
