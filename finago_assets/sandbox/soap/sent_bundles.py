"""Bundles as they were sent, resolved and held against the rules that entries keep together: balance, years, links.

Owns those rules but for VAT, which is `vat_balance`'s, and numbers, which are `saving`'s.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Final

from finago_assets.sandbox.books.vouchers import VoucherType
from finago_assets.sandbox.soap.refusals import BundleRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from finago_assets.sandbox.soap.desk import SoapLedger
    from finago_assets.sandbox.soap.sent_entries import EntryReader, SentEntry

POSTABLE: Final = {kind.value[1]: kind for kind in VoucherType if kind.value[1] > 0}


@dataclass(frozen=True, slots=True)
class SentVoucher:
    """A voucher with the number that its sender gave it."""

    number: int
    kind: VoucherType
    entries: tuple[SentEntry, ...]

    @property
    def day(self) -> date:
        """The day of its first entry."""
        return self.entries[0].day


@dataclass(frozen=True, slots=True)
class SentBundle:
    """Vouchers of one fiscal year, which is from `first` to `last`."""

    name: str
    direct: bool
    vouchers: tuple[SentVoucher, ...]
    first: date
    last: date

    @property
    def entries(self) -> Iterator[SentEntry]:
        """All entries, voucher after voucher."""
        return chain.from_iterable(voucher.entries for voucher in self.vouchers)


def read_bundle(reader: EntryReader, sent: Mapping[str, Any] | None, *, difference: bool) -> SentBundle:
    """Return a bundle. Raises BundleRefused for the first rule that it breaks; `difference` lets it not balance."""
    if sent is None or not sent["Vouchers"]:
        raise BundleRefused("A bundle has no vouchers.")
    vouchers = tuple(_read_voucher(reader, sent["Sort"], one) for one in sent["Vouchers"])
    first, last = _year_of(reader.ledger, vouchers)
    if sent["YearId"] not in (0, first.year, last.year):
        raise BundleRefused(f"YearId {sent['YearId']} is not the fiscal year of the entries.")
    bundle = SentBundle(sent["Name"], sent["BundleDirectAccounting"], vouchers, first, last)
    if not difference:
        check_balance(bundle)
    check_sent_links(reader.ledger, bundle)
    return bundle


def _read_voucher(reader: EntryReader, sort: int, sent: Mapping[str, Any] | None) -> SentVoucher:
    if sent is None or not sent["Entries"] or None in sent["Entries"]:
        raise BundleRefused("A voucher has no entries, or one that is nil.")
    where = f"Voucher {sent['TransactionNo']}"
    if sent["DifferenceOptions"] is not None:
        raise BundleRefused(f"{where}: DifferenceOptions are not served by this sandbox.")
    kind = POSTABLE.get(sent["Sort"])
    if kind is None:
        raise BundleRefused(f"{where}: type {sent['Sort']} does not exist or cannot be posted.")
    if sort not in (0, sent["Sort"]):
        raise BundleRefused(f"{where}: its Sort {sent['Sort']} is not the bundle's, {sort}.")
    if sent["TransactionNo"] < 1:
        raise BundleRefused(f"{where}: TransactionNo must be more than 0.")
    entries = enumerate(sent["Entries"], start=1)
    read = tuple(reader.read(one, f"{where}, entry {place}") for place, one in entries)
    return SentVoucher(sent["TransactionNo"], kind, read)


def _year_of(ledger: SoapLedger, vouchers: tuple[SentVoucher, ...]) -> tuple[date, date]:
    days = {entry.day for voucher in vouchers for entry in voucher.entries}
    years = {(one[1], one[2]) for one in ledger.years() for day in days if one[1] <= day <= one[2]}
    if len(years) > 1:
        raise BundleRefused("The entries of a bundle lie in several fiscal years.")
    return years.pop()


def check_balance(bundle: SentBundle) -> None:
    """Raise BundleRefused unless each voucher comes to nothing on each of its days, in the base currency."""
    for voucher in bundle.vouchers:
        sums: dict[date, int] = defaultdict(int)
        for entry in voucher.entries:
            sums[entry.day] += entry.posting.amount
        if odd := sorted(day for day, amount in sums.items() if amount):
            raise BundleRefused(f"Voucher {voucher.number} is not in balance on {odd[0]}.")


def check_sent_links(ledger: SoapLedger, bundle: SentBundle) -> None:
    """Raise BundleRefused for a link that leads nowhere, or that joins what cannot settle each other."""
    own = Counter(entry.link for entry in bundle.entries if entry.link is not None)
    settled = [one for entry in bundle.entries for one in entry.settles]
    if len({line for line, _ in settled}) < len(settled):
        raise BundleRefused("A line is linked twice.")
    named = {link for _, link in settled}
    if named - own.keys():
        raise BundleRefused("A Links item has a LinkId that no entry has.")
    if any(times < 2 and link not in named for link, times in own.items()):
        raise BundleRefused("A LinkId is that of a single entry.")
    for link in own:
        _check_link(ledger, bundle, link, [line for line, other in settled if other == link])


def _check_link(ledger: SoapLedger, bundle: SentBundle, link: str, line_ids: list[str]) -> None:
    lines = ledger.links.lines_of(line_ids)
    if lines is None:
        raise BundleRefused("A Links item names a line that does not exist.")
    if not all(ledger.links.is_open(line) for line in lines):
        raise BundleRefused("A Links item names a line that is not open.")
    sides: set[tuple[object, object]] = {
        (entry.posting.account, entry.posting.customer) for entry in bundle.entries if entry.link == link
    }
    sides |= {(line.account.number, None if line.customer is None else line.customer.id) for line in lines}
    if len(sides) > 1:
        raise BundleRefused("Linked lines are not of one customer and one account.")
