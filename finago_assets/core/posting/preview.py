"""What a journal would do: its vouchers, the accounts that they move, the VAT that comes of them, what is sent.

Owns the figures, exact to the øre. How they are laid out is preview_tables.py's; today's balances are handed in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from finago_assets.core.posting.amounts import base_amount, is_vat_included, tax_bases, vat_of
from finago_assets.core.posting.check_bundles import estimate_bytes
from finago_assets.core.posting.check_entries import year_of

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterator, Mapping

    from finago_assets.core.posting.check import CheckedJournal
    from finago_assets.core.posting.journal import Entry, Lists, SaveAs, TaxCode, Voucher
    from finago_assets.core.posting.options import PostingOptions


@dataclass(frozen=True, slots=True)
class EntryPreview:
    """A row of a voucher. `amount` is in the organization's currency, None where the rate is missing."""

    entry: Entry
    account_name: str
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class VoucherPreview:
    """A voucher as a person would read it. `debit` is its sum, None where an amount is unknown."""

    bundle: str
    name: str
    transaction_type_number: int
    type_title: str
    entries: tuple[EntryPreview, ...]
    debit: Decimal | None


@dataclass(frozen=True, slots=True)
class AccountEffect:
    """What a journal does to an account. `vat` is what the vendor adds; `before` and `after` are None where unknown."""

    account_number: int
    name: str
    before: Decimal | None
    change: Decimal
    vat: Decimal
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class TaxEffect:
    """The VAT of a tax code: of which amount, on which account if a list tells, and whether the vendor computes it."""

    tax_number: str
    name: str
    rate: Decimal
    base: Decimal
    vat: Decimal
    account_number: int | None
    computed: bool


@dataclass(frozen=True, slots=True)
class Sending:
    """What will be sent. `series` is how many vouchers take a number of which series in which fiscal year."""

    route: str
    save_as: SaveAs
    organization_id: str
    currency: str
    bundles: int
    vouchers: int
    entries: int
    debit: Decimal
    credit: Decimal
    series: tuple[tuple[int | None, dt.date, int], ...]
    largest_request: int


@dataclass(frozen=True, slots=True)
class JournalPreview:
    """A journal before it is sent; `digest` is what sending compares a table with that is read again."""

    source: str
    digest: str
    vouchers: tuple[VoucherPreview, ...]
    accounts: tuple[AccountEffect, ...]
    taxes: tuple[TaxEffect, ...]
    sending: Sending


def preview_journal(checked: CheckedJournal, balances: Mapping[int, Decimal] | None = None) -> JournalPreview:
    """Return what a checked journal would do. `balances` are today's by account; what is not among them is unknown."""
    return JournalPreview(
        source=checked.journal.source,
        digest=checked.digest,
        vouchers=tuple(_vouchers_of(checked)),
        accounts=tuple(_account_effects(checked, balances or {})),
        taxes=tuple(_tax_effects(checked)),
        sending=_sending_of(checked),
    )


def _vouchers_of(checked: CheckedJournal) -> Iterator[VoucherPreview]:
    lists = checked.lists
    for bundle in checked.journal.bundles:
        for voucher in bundle.vouchers:
            entries = tuple(
                EntryPreview(entry, _account_name(lists, entry.account_number), base_amount(entry, lists.base_currency))
                for entry in voucher.entries
            )
            known = lists.types.get(voucher.transaction_type_number)
            title = known.title if known else ""
            yield VoucherPreview(
                bundle.name, voucher.name, voucher.transaction_type_number, title, entries, _debit(entries)
            )


def _debit(entries: tuple[EntryPreview, ...]) -> Decimal | None:
    amounts = [entry.amount for entry in entries if entry.amount is not None]
    return sum((amount for amount in amounts if amount > 0), Decimal()) if len(amounts) == len(entries) else None


def _account_name(lists: Lists, number: int) -> str:
    account = lists.accounts.get(number)
    return account.name if account else ""


def _account_effects(checked: CheckedJournal, balances: Mapping[int, Decimal]) -> Iterator[AccountEffect]:
    changes: dict[int, Decimal] = defaultdict(Decimal)
    for entry in checked.journal.entries:
        changes[entry.account_number] += base_amount(entry, checked.lists.base_currency) or 0
    vat = _computed_vat(checked)
    for number in sorted(changes.keys() | vat.keys()):
        before, change, added = balances.get(number), changes.get(number, Decimal()), vat.get(number, Decimal())
        after = None if before is None else before + change + added
        yield AccountEffect(number, _account_name(checked.lists, number), before, change, added, after)


def _computed_vat(checked: CheckedJournal) -> dict[int, Decimal]:
    """Return by account what the vendor moves from it or to it when it computes VAT.

    Where the buyer computes VAT it has two accounts, of which the list tells one, so that both stay out.
    """
    moved: dict[int, Decimal] = defaultdict(Decimal)
    for voucher in _all_vouchers(checked) if checked.options.computes_vat else ():
        for number, base in tax_bases(voucher.entries, checked.lists).items():
            code = checked.lists.tax_codes[number]
            included = checked.options.amounts_include_vat
            if code.account_number is None or not is_vat_included(code, included=included):
                continue
            vat = vat_of(code, base, included=included)
            moved[code.account_number] += vat
            for account, part in _split(voucher, code, base, vat, checked.lists):
                moved[account] -= part
    return {account: amount for account, amount in moved.items() if amount}


def _split(voucher: Voucher, code: TaxCode, base: Decimal, vat: Decimal, lists: Lists) -> Iterator[tuple[int, Decimal]]:
    """Share the VAT of a code out over the accounts that it is in, what is left of rounding to the last."""
    parts: dict[int, Decimal] = defaultdict(Decimal)
    for entry in voucher.entries:
        if entry.tax_number == code.number and entry.account_number != code.account_number:
            parts[entry.account_number] += base_amount(entry, lists.base_currency) or 0
    left = vat
    *first, last = sorted(parts)
    for account in first:
        part = (vat * parts[account] / base).quantize(vat) if base else Decimal()
        left -= part
        yield account, part
    yield last, left


def _all_vouchers(checked: CheckedJournal) -> Iterator[Voucher]:
    return (voucher for bundle in checked.journal.bundles for voucher in bundle.vouchers)


def _tax_effects(checked: CheckedJournal) -> Iterator[TaxEffect]:
    options: PostingOptions = checked.options
    bases: dict[str, Decimal] = defaultdict(Decimal)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    for voucher in _all_vouchers(checked):
        for number, base in tax_bases(voucher.entries, checked.lists).items():
            code = checked.lists.tax_codes[number]
            bases[number] += base
            amounts[number] += vat_of(code, base, included=options.amounts_include_vat)
    for number in sorted(bases):
        code = checked.lists.tax_codes[number]
        yield TaxEffect(
            number, code.name, code.rate, bases[number], amounts[number], code.account_number, options.computes_vat
        )


def _sending_of(checked: CheckedJournal) -> Sending:
    journal, lists = checked.journal, checked.lists
    amounts = [base_amount(entry, lists.base_currency) or Decimal() for entry in journal.entries]
    return Sending(
        route=checked.options.route,
        save_as=checked.options.save_as,
        organization_id=lists.organization_id,
        currency=lists.base_currency,
        bundles=len(journal.bundles),
        vouchers=sum(len(bundle.vouchers) for bundle in journal.bundles),
        entries=len(journal.entries),
        debit=sum((amount for amount in amounts if amount > 0), Decimal()),
        credit=-sum((amount for amount in amounts if amount < 0), Decimal()),
        series=_series_of(checked),
        largest_request=max(map(estimate_bytes, journal.bundles), default=0),
    )


def _series_of(checked: CheckedJournal) -> tuple[tuple[int | None, dt.date, int], ...]:
    counts: Counter[tuple[int | None, dt.date]] = Counter()
    for voucher in _all_vouchers(checked):
        known = checked.lists.types.get(voucher.transaction_type_number)
        year = year_of(voucher.entries[0].date, checked.lists)
        if year is not None:
            counts[known.series if known else None, year.start] += 1
    return tuple((series, start, count) for (series, start), count in sorted(counts.items(), key=str))
