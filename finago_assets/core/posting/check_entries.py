"""The rules of one entry by itself: what it names exists, its figures are possible, its text can be sent.

Owns when each of them finds something. Its words and whether it blocks are rules.py's.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.amounts import is_foreign
from finago_assets.core.posting.check_digits import is_bank_account, is_kid
from finago_assets.core.posting.findings import find_in

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Iterator

    from finago_assets.core.posting.findings import PostingFinding
    from finago_assets.core.posting.journal import Entry, FiscalYear, Lists
    from finago_assets.core.posting.options import PostingOptions

INVISIBLE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")
_TEXTS: Final = (
    "currency_code",
    "tax_number",
    "department",
    "project",
    "invoice_number",
    "payment_reference",
    "comment",
    "bank_account",
    "link",
)
_CURRENCY_CODE: Final = re.compile("[A-Z]{3}")
_TOO_LARGE: Final = Decimal(10) ** 12
_LONG_COMMENT: Final = 75
_DAYS_NEAR: Final = 366
_NO_TAX: Final = (None, "", "0")
_FACTOR_FAR: Final = 5
_FACTOR_OFF: Final = Decimal("1.1")


def check_entry(entry: Entry, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    """Find everything that is wrong with an entry by itself."""
    for check in _OF_ENTRIES:
        yield from check(entry, lists, options)


def year_of(day: dt.date, lists: Lists) -> FiscalYear | None:
    """Return the fiscal year of a day, if the organization has one."""
    return next((year for year in lists.fiscal_years if year.holds(day)), None)


def _check_texts(entry: Entry, _: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    for column in _TEXTS:
        if INVISIBLE.search(getattr(entry, column) or ""):
            yield find_in(entry, "control-character", column)
    if any(INVISIBLE.search(member) for _, member in entry.dimensions):
        yield find_in(entry, "control-character", "dimensions")
    length = len(entry.comment or "")
    if length and length + options.marker_length > options.longest_comment:
        room = options.longest_comment - options.marker_length
        detail = f"The comment has {length:,} characters, and {options.route} has room for {room:,}."
        yield find_in(entry, "comment-too-long", "comment", detail)
    elif length > _LONG_COMMENT:
        yield find_in(entry, "comment-long", "comment", f"The comment has {length:,} characters, more than 75.")


def _check_amount(entry: Entry, _: Lists, __: PostingOptions) -> Iterator[PostingFinding]:
    if entry.amount == 0:
        yield find_in(entry, "amount-zero", "amount", "The amount is 0.")
    if abs(entry.amount) >= _TOO_LARGE:
        yield find_in(entry, "amount-too-large", "amount", "The amount is 1,000,000,000,000 or more.")


def _check_account(entry: Entry, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    if entry.account_number not in lists.accounts:
        yield find_in(entry, "account-unknown", "account_number", "There is no such account.")
    if entry.account_number in options.control_accounts and entry.customer_id is None:
        detail = f"Account {entry.account_number} is a control account, and the row names no customer or supplier."
        yield find_in(entry, "customer-missing", "customer_id", detail)
    if entry.customer_id is not None and lists.customers is not None and entry.customer_id not in lists.customers:
        yield find_in(entry, "customer-unknown", "customer_id", "There is no such customer or supplier.")


def _check_days(entry: Entry, lists: Lists, options: PostingOptions) -> Iterator[PostingFinding]:
    year = year_of(entry.date, lists)
    if year is None:
        yield find_in(entry, "date-outside-years", "date", "The organization has no fiscal year with this date.")
    elif year.locked:
        yield find_in(entry, "year-closed", "date", f"The fiscal year from {year.start} is closed.")
    if abs((entry.date - options.today).days) > _DAYS_NEAR:
        yield find_in(entry, "date-far", "date", f"The date is more than a year from {options.today}.")
    yield from _check_period(entry, lists)
    if entry.due_date is not None and entry.due_date < entry.date:
        rule = "due-date-early" if _is_claim(entry) else "due-date-early-credit"
        yield find_in(entry, rule, "due_date", f"The due date is before the date, {entry.date}.")


def _check_period(entry: Entry, lists: Lists) -> Iterator[PostingFinding]:
    if entry.period_date is None:
        return
    if entry.period_date.day != 1:
        yield find_in(entry, "period-not-first", "period_date", "The period date is not the first of a month.")
    year = year_of(entry.period_date, lists)
    if year is None or year.locked:
        yield find_in(entry, "period-year", "period_date", "The period date lies in no fiscal year that is open.")


def _is_claim(entry: Entry) -> bool:
    """Tell whether a line is something to be paid: a customer's in debit, a supplier's in credit."""
    side = {"1": entry.amount > 0, "2": entry.amount < 0}
    return side.get(f"{entry.account_number}"[0], False)


def _check_currency(entry: Entry, lists: Lists, _: PostingOptions) -> Iterator[PostingFinding]:
    code = entry.currency_code
    if entry.currency_rate is not None and entry.currency_rate <= 0:
        yield find_in(entry, "currency-rate-range", "currency_rate", "The rate is not above 0.")
    elif code is None:
        if entry.currency_rate is not None or entry.rate_per is not None:
            yield find_in(entry, "rate-without-currency", "currency_rate", "There is a rate, and no currency.")
    elif not _CURRENCY_CODE.fullmatch(code):
        yield find_in(entry, "currency-code", "currency_code", "This is no code of a currency.")
    elif lists.currencies is not None and code not in lists.currencies and code != lists.base_currency:
        yield find_in(entry, "currency-unknown", "currency_code", "The organization does not have this currency.")
    elif is_foreign(entry, lists.base_currency):
        yield from _check_rate(entry, lists)
    elif (entry.currency_rate or 1) != (entry.rate_per or 1):
        detail = f"{code} is the organization's own currency."
        yield find_in(entry, "base-currency-rate", "currency_rate", detail)


def _check_rate(entry: Entry, lists: Lists) -> Iterator[PostingFinding]:
    known = (lists.currencies or {}).get(entry.currency_code or "")
    listed = f" The organization's list has {known.rate:f} for {known.rate_per}." if known else ""
    if entry.currency_rate is None:
        yield find_in(entry, "currency-rate-missing", "currency_rate", f"{entry.currency_code} has no rate.{listed}")
    elif known and entry.rate_per is None and known.rate_per != 1:
        yield find_in(entry, "rate-per-missing", "rate_per", f"It is not said what the rate is for.{listed}")
    elif known and known.rate > 0:
        ratio = entry.currency_rate / (entry.rate_per or 1) * known.rate_per / known.rate
        factor = max(ratio, 1 / ratio)
        if factor > _FACTOR_FAR:
            yield find_in(entry, "currency-rate-far", "currency_rate", f"The rate cannot be right.{listed}")
        elif factor > _FACTOR_OFF:
            yield find_in(entry, "currency-rate-off", "currency_rate", f"The rate is unusual.{listed}")


def _check_tax(entry: Entry, lists: Lists, _: PostingOptions) -> Iterator[PostingFinding]:
    account = lists.accounts.get(entry.account_number)
    own = account.tax_number if account and account.tax_number not in _NO_TAX else None
    number = entry.tax_number
    if number is None:
        if own is not None:
            detail = f"Account {entry.account_number} has tax code {own} of its own, and the row none."
            yield find_in(entry, "tax-code-missing", "tax_number", detail)
    elif number != "0" and number not in lists.tax_codes:
        yield _unknown_code(entry, number, lists)
    elif own is not None and number != own:
        yield find_in(entry, "tax-code-differs", "tax_number", f"Account {entry.account_number} has tax code {own}.")


def _unknown_code(entry: Entry, number: str, lists: Lists) -> PostingFinding:
    same_id = next((code for code in lists.tax_codes.values() if code.tax_id == number), None)
    if same_id is None:
        return find_in(entry, "tax-code-unknown", "tax_number", "There is no tax code of this number.")
    detail = f"{number} is no tax code's number. It is the id of tax code {same_id.number}, {same_id.name:.60}."
    return find_in(entry, "tax-id-for-number", "tax_number", detail)


def _check_dimensions(entry: Entry, lists: Lists, _: PostingOptions) -> Iterator[PostingFinding]:
    for column, known in (("department", lists.departments), ("project", lists.projects)):
        value = getattr(entry, column)
        if value is not None and known is not None and value not in known:
            yield find_in(entry, f"{column}-unknown", column, f"There is no such {column}.")
    for kind, value in entry.dimensions if lists.dimensions is not None else ():
        values = lists.dimensions.get(kind) if lists.dimensions is not None else None
        if values is None:
            yield find_in(entry, "dimension-type-unknown", "dimensions", f"There is no dimension {kind}.")
        elif value not in values:
            detail = f"Dimension {kind} has no value {value:.40}."
            yield find_in(entry, "dimension-value-unknown", "dimensions", detail)


def _check_references(entry: Entry, _: Lists, __: PostingOptions) -> Iterator[PostingFinding]:
    if len(entry.invoice_number or "") > 50:
        yield find_in(entry, "invoice-number-too-long", "invoice_number", "It has more than 50 characters.")
    if len(entry.payment_reference or "") > 32:
        yield find_in(entry, "reference-too-long", "payment_reference", "It has more than 32 characters.")
    elif entry.payment_reference is not None and not is_kid(entry.payment_reference):
        detail = "This is no KID: its last digit does not check the others, neither by MOD10 nor by MOD11."
        yield find_in(entry, "kid-check-digit", "payment_reference", detail)
    if entry.bank_account is not None and not is_bank_account(entry.bank_account):
        detail = "The last digit does not check the others by MOD11."
        yield find_in(entry, "bank-account-check-digit", "bank_account", detail)


_OF_ENTRIES: Final[tuple[Callable[[Entry, Lists, PostingOptions], Iterator[PostingFinding]], ...]] = (
    _check_amount,
    _check_account,
    _check_days,
    _check_currency,
    _check_tax,
    _check_dimensions,
    _check_references,
    _check_texts,
)
