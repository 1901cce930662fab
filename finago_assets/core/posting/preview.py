"""What a journal would do: its vouchers, the accounts that they move, the VAT that comes of them, what is sent.

Owns the figures, exact to the øre. How they are laid out is preview_tables.py's; today's balances are handed in.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from finago_assets.core.posting.amounts import base_amount, is_reverse_charge, may_be_partial, taxed_amount, vat_of
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
    """What a journal does to an account. `vat` is what the vendor adds; None is unknown."""

    account_number: int
    name: str
    before: Decimal | None
    change: Decimal
    vat: Decimal | None
    after: Decimal | None


@dataclass(frozen=True, slots=True)
class TaxEffect:
    """The VAT of a tax code: of which amount, on which account if a list tells, and whether the vendor computes it."""

    tax_number: str
    name: str
    rate: Decimal
    base: Decimal
    vat: Decimal | None
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
    moved, unknown = _computed_vat(checked) if checked.options.computes_vat else ({}, set())
    for number in sorted(changes.keys() | moved.keys() | unknown):
        before, change = balances.get(number), changes.get(number, Decimal())
        vat = None if number in unknown else moved.get(number, Decimal())
        after = None if before is None or vat is None else before + change + vat
        yield AccountEffect(number, _account_name(checked.lists, number), before, change, vat, after)


def _computed_vat(checked: CheckedJournal) -> tuple[dict[int, Decimal], set[int]]:
    """Return by account what the vendor moves when it computes VAT, and the accounts where that cannot be told.

    It cannot where a code has two accounts of which the list tells one, nor of a rate that may be a share of another.
    """
    moved: dict[int, Decimal] = defaultdict(Decimal)
    unknown: set[int] = set()
    for entry in checked.journal.entries:
        code, amount = taxed_amount(entry, checked.lists)
        if code is None:
            continue
        vat = _vat_told(code, amount, checked.options)
        if vat is None or is_reverse_charge(code):
            unknown |= {entry.account_number, code.account_number or entry.account_number}
            continue
        moved[entry.account_number] -= vat
        if code.account_number:
            moved[code.account_number] += vat
    return {account: amount for account, amount in moved.items() if amount}, unknown


def _vat_told(code: TaxCode, amount: Decimal, options: PostingOptions) -> Decimal | None:
    """Return the VAT of an amount; None where the list does not tell enough."""
    if options.amounts_include_vat and may_be_partial(code):
        return None
    return vat_of(code, amount, included=options.amounts_include_vat)


def _all_vouchers(checked: CheckedJournal) -> Iterator[Voucher]:
    return (voucher for bundle in checked.journal.bundles for voucher in bundle.vouchers)


def _tax_effects(checked: CheckedJournal) -> Iterator[TaxEffect]:
    bases: dict[str, Decimal] = defaultdict(Decimal)
    amounts: dict[str, list[Decimal | None]] = defaultdict(list)
    for entry in checked.journal.entries:
        code, amount = taxed_amount(entry, checked.lists)
        if code is not None:
            bases[code.number] += amount
            amounts[code.number].append(_vat_told(code, amount, checked.options))
    for number in sorted(bases):
        code = checked.lists.tax_codes[number]
        told = [amount for amount in amounts[number] if amount is not None]
        vat = sum(told, Decimal()) if len(told) == len(amounts[number]) else None
        yield TaxEffect(
            number, code.name, code.rate, bases[number], vat, code.account_number or None, checked.options.computes_vat
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
