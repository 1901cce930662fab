"""An entry as it was sent, resolved: its account, day, tax, currency, customer and dimensions exist and are open.

Owns the rules for one entry. What entries owe each other is `sent_bundles`' and `vat_balance`'s.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.dimensions import CAMPAIGN, DEPARTMENT, DIMENSION_TYPES, ELEMENTS, PROJECT
from finago_assets.sandbox.books.money import ORE
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, abroad
from finago_assets.sandbox.soap.lexical import NO_GUID, NO_MOMENT
from finago_assets.sandbox.soap.local_days import never_was, oslo_day_of
from finago_assets.sandbox.soap.refusals import BundleRefused
from finago_assets.sandbox.soap.services.client import rates_of
from finago_assets.sandbox.soap.switches import BlankTax, TaxRead

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from finago_assets.sandbox.soap.desk import SoapLedger
    from finago_assets.sandbox.soap.switches import SoapSwitches

MOST_AMOUNT: Final = Decimal(10) ** 12
BASE_CURRENCY: Final = "NOK"
NO_BASE_RATE: Final = Decimal(-1)
LONGEST_INVOICE_NUMBER: Final = 50
LONGEST_KID: Final = 32


@dataclass(frozen=True, slots=True)
class SentEntry:
    """A posting, its VAT still in it where it has any, and what else was said of it.

    `vat` is the VAT that was said to be in it, in cents; `link` joins entries of one bundle, `settles` are lines of the
    ledger with the link that they are to join.
    """

    posting: Posting
    day: date
    vat: int | None
    document: int | None
    bank_account: str
    link: str | None
    settles: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class EntryReader:
    """Resolves the entries of one call. `customer` is that of entries which name none."""

    ledger: SoapLedger
    switches: SoapSwitches
    customer: int

    def read(self, sent: Mapping[str, Any], where: str) -> SentEntry:
        """Return an entry. Raises BundleRefused for the first rule that it breaks."""
        day = self._open_day(sent["Date"], f"{where}: Date")
        account = sent["AccountNo"]
        if account not in ACCOUNTS:
            raise BundleRefused(f"{where}: account {account} does not exist.")
        currency, rate = self._currency(sent, where)
        cents = read_cents(sent["Amount"], f"{where}: Amount")
        posting = abroad(
            account,
            cents,
            currency,
            rate,
            tax=self._tax(sent["TaxNo"], account, where),
            customer=self._customer(sent["CustomerId"], where),
            invoice=_read_invoice(sent, where),
            dimensions=self._dimensions(sent, where),
            comment=sent["Comment"] or None,
            day=day,
            period=self._period(sent["PeriodDate"], day, where),
        )
        return SentEntry(
            posting=posting,
            day=day,
            vat=_read_vat(sent, where),
            document=sent["StampNo"] or None,
            bank_account=sent["BankAccountNo"],
            link=None if sent["LinkId"] == NO_GUID else sent["LinkId"],
            settles=tuple((one["LineId"], one["LinkId"]) for one in sent["Links"] or () if one is not None),
        )

    def _open_day(self, moment: datetime, where: str) -> date:
        if never_was(moment):
            raise BundleRefused(f"{where}: {moment.isoformat()} is a time that never was.")
        day = oslo_day_of(moment)
        if (odd := self.ledger.closed_at(day)) is not None:
            raise BundleRefused(f"{where}: {odd}")
        return day

    def _period(self, moment: datetime, day: date, where: str) -> date:
        return day if moment == NO_MOMENT else self._open_day(moment, f"{where}: PeriodDate")

    def _currency(self, sent: Mapping[str, Any], where: str) -> tuple[str, Decimal]:
        code, rate, unit = sent["CurrencyId"] or BASE_CURRENCY, sent["CurrencyRate"], sent["CurrencyUnit"]
        if code not in rates_of(self.ledger.books):
            raise BundleRefused(f"{where}: currency {code} does not exist.")
        if unit < 1:
            raise BundleRefused(f"{where}: CurrencyUnit must be at least 1.")
        if code != BASE_CURRENCY and rate <= 0:
            raise BundleRefused(f"{where}: CurrencyRate of {code} must be more than 0.")
        if code == BASE_CURRENCY and rate not in (0, unit):
            raise BundleRefused(f"{where}: the rate of the base currency is 1.")
        return code, Decimal(rate) / unit

    def _tax(self, said: str, account: int, where: str) -> int | None:
        if not said:
            return ACCOUNTS[account].tax if self.switches.blank_tax is BlankTax.ACCOUNT else None
        if self.switches.reads_tax_as is TaxRead.ID:
            found = next((tax for tax in TAXES.values() if str(tax.id) == said), None)
        else:
            found = next((tax for tax in TAXES.values() if str(tax.number) == said), None)
        if found is None:
            raise BundleRefused(f"{where}: tax code {said} does not exist.")
        return found.number

    def _customer(self, said: int, where: str) -> int | None:
        customer = said or self.customer
        if customer and self.ledger.books.party(customer) is None:
            raise BundleRefused(f"{where}: customer {customer} does not exist.")
        return customer or None

    def _dimensions(self, sent: Mapping[str, Any], where: str) -> tuple[tuple[int, str], ...]:
        wanted: list[tuple[int, str]] = []
        if sent["ProjectId"]:
            wanted.append((PROJECT, f"P{sent['ProjectId']}"))
        if sent["DepartmentId"]:
            wanted.append((DEPARTMENT, str(sent["DepartmentId"])))
        own = [one for one in sent["UserDefinedDimensions"] or () if one is not None]
        for one in own:
            if one["Type"] < CAMPAIGN or one["Type"] not in DIMENSION_TYPES:
                raise BundleRefused(f"{where}: dimension type {one['Type']} does not exist.")
        wanted += [(one["Type"], one["Value"]) for one in own]
        for key in wanted:
            element = ELEMENTS.get(key)
            if element is None or not element.active:
                raise BundleRefused(f"{where}: {DIMENSION_TYPES[key[0]]} {key[1]} does not exist or is closed.")
        return tuple(wanted)


def read_cents(amount: Decimal, where: str) -> int:
    """Return an amount in hundredths. Raises BundleRefused for parts of one, and for more than books can hold."""
    cents = amount * ORE
    if cents != cents.to_integral_value():
        raise BundleRefused(f"{where}: {amount} has more than two decimals.")
    if abs(amount) >= MOST_AMOUNT:
        raise BundleRefused(f"{where}: {amount} is too large.")
    return int(cents)


def _read_vat(sent: Mapping[str, Any], where: str) -> int | None:
    if not sent["VatAmount"]:
        return None
    if not sent["TaxNo"]:
        raise BundleRefused(f"{where}: VatAmount without TaxNo.")
    if sent["VatAmount"] * sent["Amount"] < 0:
        raise BundleRefused(f"{where}: VatAmount and Amount have different signs.")
    return read_cents(sent["VatAmount"], f"{where}: VatAmount")


def _read_invoice(sent: Mapping[str, Any], where: str) -> InvoiceRef | None:
    number, reference = sent["InvoiceReferenceNo"] or None, sent["InvoiceOcr"] or None
    due = None if sent["DueDate"] == NO_MOMENT else oslo_day_of(sent["DueDate"])
    if len(number or "") > LONGEST_INVOICE_NUMBER or len(reference or "") > LONGEST_KID:
        raise BundleRefused(f"{where}: InvoiceReferenceNo or InvoiceOcr is too long.")
    if sent["BaseRate"] != NO_BASE_RATE and not 0 <= sent["BaseRate"] <= 100:
        raise BundleRefused(f"{where}: BaseRate must be between 0 and 100.")
    return InvoiceRef(number, due, reference) if number or due or reference else None
