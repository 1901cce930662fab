"""The types of AccountService, called what the vendor calls them: what is posted, what is read, and what is no more.

Owns the fields and what they mean; their types and their order are the contract's, and a test holds them against it.
None stands for an element that is left out. Days are days: `core/soap/models.py` sends them as midnight.
"""

from __future__ import annotations

import datetime as dt  # noqa: TC003  the models are made by these annotations
from dataclasses import dataclass
from decimal import Decimal  # noqa: TC003
from enum import StrEnum


class IgnoreWarnings(StrEnum):
    """The warnings that a bundle list may say it knows of; any other word is refused before anything is sent."""

    VAT_IS_NOT_IN_BALANCE = "vatisnotinbalance"  # a VAT code on an entry, and no VAT entry to it
    VAT_IS_MISSING_FOUNDATION = "vatismissingfoundation"  # a VAT amount, and no entry that it is the VAT of
    INVOICE_ALREADY_EXISTS = "invoicealreadyexists"  # the ledger has this invoice reference
    CUSTOMER_MISMATCH_BANK_ACCOUNT = "customermismatchbankaccount"  # not the customer's default account


class ResponseType(StrEnum):
    """The words of a `SaveBundleListResult`. A server may have others, so a result keeps its own as text."""

    OK = "Ok"
    DUPLICATE_DATA = "DuplicateData"
    DUPLICATE_DATA_MISSPELT = "DublicateData"  # seen in a client's copy of a contract
    DATA_ALREADY_SAVED = "DataAlreadySaved"
    NOT_AUTHENTICATED = "NotAuthenticated"
    SYSTEM_ERROR = "SystemError"
    EXCEPTION = "Exception"
    NOT_SAVED = "NotSaved"


class ErrorType(StrEnum):
    """What `CheckAccountNo` says of an account."""

    OK = "Ok"
    ACCOUNT_DONT_EXIST = "AccountDontExist"
    NAME_DONT_MATCH = "NameDontMatch"


# -- what is posted


@dataclass(frozen=True, slots=True)
class UserDefinedDimension:
    """A dimension of the organization's own: `type` is 100 or more, `value` one of its values."""

    type: int
    value: str


@dataclass(frozen=True, slots=True)
class LinkModel:
    """Settles a ledger line by an entry: the line's id, and the `link_id` of the entry."""

    line_id: str
    link_id: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a voucher: debit is positive. The day decides the fiscal year, which must be that of the bundle.

    `tax_no` is the number of a tax code, a text; "0" says that there is no VAT. `currency_rate` is what
    `currency_unit` of the currency costs. `link_id` is a guid of our own that entries of one bundle share; `links`
    lead to lines that stand in the ledger. `sequence_id` orders the entries of a draft. `stamp_no` is a document's.
    `vat_amount`, `base_rate` and `user_defined_dimensions` are in the contract and not on the vendor's page.
    """

    date: dt.date
    account_no: int
    amount: Decimal
    sequence_id: Decimal | None = None
    customer_id: int | None = None
    due_date: dt.date | None = None
    vat_amount: Decimal | None = None
    currency_id: str | None = None
    base_rate: Decimal | None = None
    currency_rate: Decimal | None = None
    currency_unit: int | None = None
    department_id: int | None = None
    project_id: int | None = None
    user_defined_dimensions: tuple[UserDefinedDimension, ...] = ()
    invoice_reference_no: str | None = None
    invoice_ocr: str | None = None
    tax_no: str | None = None
    period_date: dt.date | None = None
    comment: str | None = None
    stamp_no: int | None = None
    bank_account_no: str | None = None
    link_id: str | None = None
    links: tuple[LinkModel, ...] = ()


@dataclass(frozen=True, slots=True)
class DifferenceOptions:
    """How a difference of a voucher would be posted. Nowhere described, so that nothing here sends one.

    `currency_id` is a number here, and `account_id` not an account's number.
    """

    threshold: Decimal
    account_id: int
    due_date: dt.date
    date: dt.date
    currency_id: int
    currency_unit: int
    currency_rate: Decimal
    customer_id: int
    period: int
    link_id: str
    department_id: int
    project_id: int
    comment: str | None = None
    invoice_ocr: str | None = None
    bank_account_no: str | None = None


@dataclass(frozen=True, slots=True)
class Voucher:
    """Entries under one number. `sort` is the number of a voucher type; `transaction_no` is counted by its series."""

    transaction_no: int
    sort: int
    entries: tuple[Entry, ...]
    difference_options: DifferenceOptions | None = None


@dataclass(frozen=True, slots=True)
class Bundle:
    """Vouchers of one fiscal year, `year_id`. `name` is that of the draft, and means nothing in the ledger.

    `bundle_direct_accounting` true computes no VAT in a draft. `use_auto_base_rate` is in the contract alone.
    """

    year_id: int
    vouchers: tuple[Voucher, ...]
    sort: int | None = None
    name: str | None = None
    bundle_direct_accounting: bool | None = None
    use_auto_base_rate: bool | None = None


@dataclass(frozen=True, slots=True)
class BundleList:
    """What one call saves. `save_option` 1 makes a draft, 0 posts to the ledger; it is always sent.

    `direct_ledger` true posts to the accounts as they are given, in place of those of a customer's ledger.
    """

    bundles: tuple[Bundle, ...]
    save_option: int = 1
    allow_difference: bool = False
    direct_ledger: bool = False
    default_customer_id: int | None = None
    ignore_warnings: tuple[IgnoreWarnings, ...] = ()


@dataclass(frozen=True, slots=True)
class SaveBundleListResult:
    """What became of a bundle list; `SaveResponse` in the contract. One word for all bundles, and no id of any."""

    type: str
    description: str | None = None


@dataclass(frozen=True, slots=True)
class EntryId:
    """A voucher number in a series and the fiscal year of a day; what is asked and what is answered are of one type.

    `sort_no` is the series (`TypeData.entry_series_id`), not the number of a voucher type.
    """

    date: dt.date
    sort_no: int
    entry_no: int


ArgEntryId = EntryId
GetEntryIdResult = EntryId


# -- lines that stand


@dataclass(frozen=True, slots=True)
class EntryItem:
    """A ledger line and its new due date."""

    line_id: str
    due_date: dt.date


@dataclass(frozen=True, slots=True)
class LinkEntryItem:
    """Ledger lines and the link that they are put under: a number of `CreateLink`, and no guid as within a bundle."""

    line_ids: tuple[str, ...]
    link_id: int


# -- lists


@dataclass(frozen=True, slots=True)
class AccountData:
    """An account. `account_tax` is presumably the id of its tax code and `tax_no` the number; 0 is none."""

    account_id: int = 0
    account_no: int = 0
    account_name: str = ""
    account_tax: int = 0
    tax_no: int = 0


@dataclass(frozen=True, slots=True)
class AccountDataErrors:
    """An account as it was given to `CheckAccountNo`, and what is wrong with it: a word of `ErrorType`."""

    account_id: int
    account_no: int
    account_name: str
    account_tax: int
    tax_no: int
    error: str


@dataclass(frozen=True, slots=True)
class AccountList:
    """Accounts, as `CheckAccountNo` is given them."""

    account_data: tuple[AccountData, ...]


@dataclass(frozen=True, slots=True)
class TypeData:
    """A type of voucher. `type_no` is what is posted with, `entry_series_id` the series that its numbers come from."""

    type_id: int
    title: str | None
    entry_series_id: int
    type_no: int


@dataclass(frozen=True, slots=True)
class TaxCodeElement:
    """A tax code. `tax_id` and `tax_no` are different numbers. Without an account no VAT is posted for it."""

    tax_id: int
    tax_no: str | None
    tax_name: str | None
    tax_rate: Decimal
    account_no: int | None


@dataclass(frozen=True, slots=True)
class TaxMappingElements:
    """A symbol and the tax code that it stands for; see `TaxMappingList`."""

    symbol: str
    tax_no: int


@dataclass(frozen=True, slots=True)
class TaxMappingList:
    """A named mapping of tax codes. No service returns one today: its operation was in the first version alone.

    The contract of version 4, which is served, has neither the operation nor the type, so nothing is read into it.
    """

    group_id: str
    name: str
    description: str
    is_template: bool
    element_list: tuple[TaxMappingElements, ...]
