"""The rules of a voucher: it balances, its type can be posted, and in the ledger its VAT is whole.

Owns what is summed over the entries of one voucher. What is between vouchers is check_bundles.py's.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.amounts import (
    base_amount,
    is_foreign,
    is_reverse_charge,
    may_be_partial,
    tax_bases,
    vat_of,
)
from finago_assets.core.posting.findings import find, find_in, soften

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.posting.findings import PostingFinding
    from finago_assets.core.posting.journal import Lists, Voucher
    from finago_assets.core.posting.options import PostingOptions

MOST_ENTRIES: Final = 1_000
_TOLERANCE: Final = Decimal("0.01")


def check_voucher(voucher: Voucher, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    """Find everything that is wrong with a voucher as a whole."""
    yield from _check_count(voucher)
    yield from check_type(voucher, lists, options)
    yield from _check_documents(voucher, options)
    yield from _check_balance(voucher, lists)
    if options.computes_vat:
        yield from _check_vat_by_hand(voucher, lists)
    else:
        yield from _check_vat(voucher, lists, options)


def _of_voucher(voucher: Voucher, rule: str, detail: str, column: str, value: object) -> PostingFinding:
    return find(rule, detail, row=voucher.entries[0].row, column=column, value=value, voucher=voucher.name)


def _check_count(voucher: Voucher) -> Iterator[PostingFinding]:
    count = len(voucher.entries)
    if count < 2:
        yield _of_voucher(voucher, "too-few-entries", "The voucher has one entry.", "voucher", voucher.name)
    if count > MOST_ENTRIES:
        yield _of_voucher(voucher, "too-many-entries", f"The voucher has {count:,} entries.", "voucher", voucher.name)


def check_type(voucher: Voucher, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    """Find what is wrong with the type of a voucher."""
    number = voucher.transaction_type_number
    known = lists.types.get(number)
    column = "transaction_type_number"
    if number <= 0:
        yield _of_voucher(voucher, "type-not-postable", f"Type {number} is one of the system's own.", column, number)
    elif known is None:
        yield _of_voucher(voucher, "type-unknown", "There is no such type.", column, number)
    elif options.counts and known.series is None:
        yield _of_voucher(voucher, "type-without-series", f"Type {number} has no series of numbers.", column, number)


def _check_documents(voucher: Voucher, options: PostingOptions) -> Iterator[PostingFinding]:
    documents = {entry.document_id: entry for entry in voucher.entries if entry.document_id is not None}
    if options.one_document and len(documents) > 1:
        detail = f"The voucher has {len(documents)} documents, and {options.route} takes one."
        yield find_in(documents[max(documents)], "several-documents", "document_id", detail)


def _check_balance(voucher: Voucher, lists: Lists) -> Iterator[PostingFinding]:
    amounts = [base_amount(entry, lists.base_currency) for entry in voucher.entries]
    if None in amounts or len(amounts) < 2:
        # the rate or the other side that is missing has a finding of its own
        return
    days: dict[object, Decimal] = defaultdict(Decimal)
    for entry, amount in zip(voucher.entries, amounts, strict=True):
        days[entry.date] += amount or 0
    off = {day: amount for day, amount in days.items() if amount}
    total = sum(days.values(), Decimal())
    if total:
        detail = f"Debit less credit is {total:,.2f} {lists.base_currency}.{_because_of_rounding(voucher, lists)}"
        yield _of_voucher(voucher, "unbalanced", detail, "amount", total)
    elif off:
        parts = ", ".join(f"{amount:,.2f} on {day}" for day, amount in sorted(off.items(), key=str))
        yield _of_voucher(
            voucher, "unbalanced-day", f"The voucher balances, its dates do not: {parts:.200}.", "date", ""
        )
    else:
        yield from _check_currency_balance(voucher, lists)


def _because_of_rounding(voucher: Voucher, lists: Lists) -> str:
    if _one_currency(voucher, lists) is None or sum((entry.amount for entry in voucher.entries), Decimal()):
        return ""
    return " It balances in its currency: the difference is of rounding, and needs a row of its own."


def _check_currency_balance(voucher: Voucher, lists: Lists) -> Iterator[PostingFinding]:
    code = _one_currency(voucher, lists)
    days: dict[object, Decimal] = defaultdict(Decimal)
    for entry in voucher.entries if code else ():
        days[entry.date] += entry.amount
    if any(days.values()):
        off = next(total for total in days.values() if total)
        yield _of_voucher(voucher, "unbalanced-currency", f"Debit less credit is {off:,.2f} {code}.", "amount", off)


def _one_currency(voucher: Voucher, lists: Lists) -> str | None:
    """Return the only currency of a voucher, where that is another than the organization's."""
    codes = {entry.currency_code for entry in voucher.entries}
    foreign = all(is_foreign(entry, lists.base_currency) for entry in voucher.entries)
    return codes.pop() if foreign and len(codes) == 1 else None


def _vat_accounts(lists: Lists) -> dict[int, set[str]]:
    """Return by VAT account the tax codes whose VAT it holds."""
    accounts: dict[int, set[str]] = defaultdict(set)
    for code in lists.tax_codes.values():
        if code.account_number and code.rate > 0:
            accounts[code.account_number].add(code.number)
    return accounts


def _check_vat_by_hand(voucher: Voucher, lists: Lists) -> Iterator[PostingFinding]:
    accounts = _vat_accounts(lists)
    bases = tax_bases(voucher.entries, lists)
    for entry in voucher.entries:
        if bases.keys() & accounts.get(entry.account_number, set()):
            detail = f"The vendor computes the VAT of this voucher, and account {entry.account_number} is for it."
            yield find_in(entry, "vat-by-hand", "account_number", detail)


def _check_vat(voucher: Voucher, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    bases = tax_bases(voucher.entries, lists)
    for account, codes in sorted(_vat_accounts(lists).items()):
        lines = [entry for entry in voucher.entries if entry.account_number == account]
        of_account = {number: base for number, base in bases.items() if number in codes}
        if of_account:
            there = sum((base_amount(line, lists.base_currency) or Decimal() for line in lines), Decimal())
            if gap := _describe_gap(of_account, there, lists, options):
                found = _of_voucher(voucher, "vat-not-in-balance", f"{gap} on account {account}.", "tax_number", "")
                yield soften(found) if options.ignores("vatisnotinbalance") else found
        elif lines:
            detail = f"Account {account} is for VAT, and no line of the voucher has a tax code of it."
            found = find_in(lines[0], "vat-without-base", "account_number", detail)
            yield soften(found) if options.ignores("vatismissingfoundation") else found


def _describe_gap(bases: dict[str, Decimal], there: Decimal, lists: Lists, options: PostingOptions) -> str:
    """Say how the VAT that is there differs from that of its bases, by more than an øre for each; nothing if not."""
    codes = [lists.tax_codes[number] for number in bases]
    if any(map(may_be_partial, codes)):
        return ""
    amounts = {code: vat_of(code, bases[code.number], included=options.amounts_include_vat) for code in codes}
    ordinary = sum((amount for code, amount in amounts.items() if not is_reverse_charge(code)), Decimal())
    reverse = sum((amount for code, amount in amounts.items() if is_reverse_charge(code)), Decimal())
    # the list tells one account of the two, and not which: owed, it is in credit where the cost is in debit
    if any(abs(ordinary + sign * reverse - there) <= _TOLERANCE * len(bases) for sign in (1, -1)):
        return ""
    numbers = ", ".join(sorted(bases))
    return f"Tax code {numbers} gives VAT of {ordinary + reverse:,.2f}, and {there:,.2f} is there"
