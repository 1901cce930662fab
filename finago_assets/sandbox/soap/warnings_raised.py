"""The warnings that stop a bundle unless its sender chose to ignore them: VAT, known invoices, bank accounts.

Owns the four of them. A token that is none of them is refused, whatever the bundle is like.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import RECEIVABLE
from finago_assets.sandbox.books.money import rounded
from finago_assets.sandbox.books.taxes import TAXES, VAT_ACCOUNTS
from finago_assets.sandbox.endpoints.writing.vat import with_vat
from finago_assets.sandbox.soap.kept_lines import OPEN_ITEM_ACCOUNTS, read_line
from finago_assets.sandbox.soap.refusals import BundleRefused
from finago_assets.sandbox.soap.services.companies import accounts_on_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from finago_assets.sandbox.soap.desk import SoapLedger
    from finago_assets.sandbox.soap.sent_bundles import SentBundle, SentVoucher
    from finago_assets.sandbox.soap.sent_entries import SentEntry

VAT_NOT_IN_BALANCE: Final = "vatisnotinbalance"
VAT_WITHOUT_BASE: Final = "vatismissingfoundation"
INVOICE_EXISTS: Final = "invoicealreadyexists"
OTHER_BANK_ACCOUNT: Final = "customermismatchbankaccount"
WARNING_TOKENS: Final = frozenset({VAT_NOT_IN_BALANCE, VAT_WITHOUT_BASE, INVOICE_EXISTS, OTHER_BANK_ACCOUNT})
# those that the list of tax codes has
TOLD_VAT_ACCOUNTS: Final = frozenset(tax.output or tax.deductible for tax in TAXES.values()) - {None}

InvoiceKey = tuple[int, str, int]  # account, number, customer


def ignored_warnings(said: list[str | None] | None) -> frozenset[str]:
    """Return the warnings to ignore. Raises BundleRefused for a token that is none."""
    tokens = frozenset(token or "" for token in said or ())
    if unknown := sorted(tokens - WARNING_TOKENS):
        raise BundleRefused(f"IgnoreWarnings has an unknown warning: {unknown[0]}")
    return tokens


def check_warnings(ledger: SoapLedger, bundle: SentBundle, ignored: frozenset[str], *, vat_lines: bool) -> None:
    """Raise BundleRefused for the first warning that is not ignored; `vat_lines` says that VAT must be in lines."""
    for token, words in _warnings(ledger, bundle, vat_lines=vat_lines):
        if token not in ignored:
            raise BundleRefused(f"{token}: {words}", warning=token)


def _warnings(ledger: SoapLedger, bundle: SentBundle, *, vat_lines: bool) -> Iterator[tuple[str, str]]:
    for voucher in bundle.vouchers if vat_lines else ():
        yield from _vat_warnings(voucher)
    yield from _invoice_warnings(ledger, bundle)
    for entry in bundle.entries:
        yield from _bank_warnings(ledger, entry)


def _vat_warnings(voucher: SentVoucher) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with VAT: each code's VAT lies on its account, reckoned from a base with or without it."""
    held: dict[int, int] = defaultdict(int)
    for entry in voucher.entries:
        if entry.posting.account in VAT_ACCOUNTS:
            held[entry.posting.account] += entry.posting.amount
    based = [entry for entry in voucher.entries if entry.posting.account not in VAT_ACCOUNTS and entry.posting.tax]
    founded: set[int] = set()
    for account, entries in _by_account(based).items():
        founded.add(account)
        within = sum(_vat_within(entry, account) for entry in entries)
        beside = sum(_vat_beside(entry) for entry in entries)
        slack, found = 2 * len(entries), abs(held[account])
        if all(abs(found - abs(wanted)) > slack for wanted in (within, beside)):
            yield VAT_NOT_IN_BALANCE, f"Voucher {voucher.number} lacks VAT on account {account}."
    for account in sorted(set(held) & TOLD_VAT_ACCOUNTS - founded):
        yield VAT_WITHOUT_BASE, f"Voucher {voucher.number} has VAT on account {account} and nothing that it is of."


def _by_account(entries: Iterable[SentEntry]) -> dict[int, list[SentEntry]]:
    """Return entries by the account that clients are told of: of a code that goes both ways, the output's."""
    found: dict[int, list[SentEntry]] = defaultdict(list)
    for entry in entries:
        tax = TAXES[entry.posting.tax or 0]
        account = tax.output or tax.deductible
        if account is not None and tax.rate:
            found[account].append(entry)
    return found


def _vat_within(entry: SentEntry, account: int) -> int:
    return sum(part.amount for part in with_vat(entry.posting) if part.account == account and part.vat is not None)


def _vat_beside(entry: SentEntry) -> int:
    return rounded(Decimal(entry.posting.amount) * TAXES[entry.posting.tax or 0].rate / 100)


def _invoice_warnings(ledger: SoapLedger, bundle: SentBundle) -> Iterator[tuple[str, str]]:
    seen: dict[InvoiceKey, int] = {}
    for voucher in bundle.vouchers:
        for entry in voucher.entries:
            key = _invoice_key(entry)
            if key is None:
                continue
            if seen.setdefault(key, voucher.number) != voucher.number or _booked(ledger, key):
                yield INVOICE_EXISTS, f"Voucher {voucher.number}: invoice {key[1]} of customer {key[2]} exists already."


def _invoice_key(entry: SentEntry) -> InvoiceKey | None:
    """Return what an invoice is known by, None for an entry that is none: what pays one has the other sign."""
    posting = entry.posting
    if posting.customer is None or posting.invoice is None or posting.invoice.number is None:
        return None
    if not _is_invoice_side(posting.account, posting.amount > 0):
        return None
    return posting.account, posting.invoice.number, posting.customer


def _is_invoice_side(account: int, debit: bool) -> bool:  # noqa: FBT001  a side
    return account in OPEN_ITEM_ACCOUNTS and debit is (account == RECEIVABLE)


def _booked(ledger: SoapLedger, key: InvoiceKey) -> bool:
    account, number, customer = key
    marks = (b'"invoice":{"number":', number.encode())
    for lines in ledger.books.ledger.days.values():
        for raw in lines:
            line = read_line(raw) if all(mark in raw for mark in marks) else None
            if line is None or line.invoice is None or line.customer is None or line.account.number != account:
                continue
            if (line.invoice.number, line.customer.id) == (number, customer) and _is_invoice_side(
                account, line.amount > 0
            ):
                return True
    return False


def _bank_warnings(ledger: SoapLedger, entry: SentEntry) -> Iterator[tuple[str, str]]:
    party = ledger.books.party(entry.posting.customer)
    if not entry.bank_account or party is None:
        return
    known = {str(one["number"]) for one in accounts_on_file(ledger.books, party)}
    if known and entry.bank_account not in known:
        yield OTHER_BANK_ACCOUNT, f"Customer {party.id} has another bank account."
