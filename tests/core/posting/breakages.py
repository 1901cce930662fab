"""Ways to break exactly one rule of a journal that is right: a voucher more, a list or an option that is otherwise.

Owns one way for each rule of the check. Rules of the table's form have theirs in test_read.py.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.posting.journal import LedgerLine, SaveAs, TransactionType
from tests.core.posting.journals import Makings, Row

if TYPE_CHECKING:
    from finago_assets.core.posting.journal import Lists
    from finago_assets.core.posting.options import PostingOptions

LONG_AGO: Final = dt.date(1990, 1, 1)
VOUCHER: Final = "broken"


@dataclass(frozen=True, slots=True)
class Broken:
    """What is added to a journal, and the lists and options that it is then held against."""

    rows: list[Row]
    lists: Lists
    options: PostingOptions


Break = Callable[[Makings], Broken | None]


def pair(**changes: Any) -> Break:
    """A voucher of two rows, the first of them changed."""
    return lambda makings: _with(makings, makings.pair(VOUCHER, **changes))


def both(**changes: Any) -> Break:
    """A voucher of two rows, both changed."""
    return lambda makings: _with(makings, [row | changes for row in makings.pair(VOUCHER)])


def invoice(number: str = "X1", **changes: Any) -> Break:
    """A voucher with an invoice of a customer, its line on the control account changed."""
    return lambda makings: _with(makings, makings.invoice(VOUCHER, number, **changes)) if makings.parties else None


def called(**changes: Any) -> Break:
    """A voucher that is right, sent with other options."""
    return lambda makings: Broken(makings.pair(VOUCHER), makings.lists, replace(makings.options, **changes))


def _with(makings: Makings, rows: list[Row]) -> Broken:
    return Broken(rows, makings.lists, makings.options)


def account_unknown(makings: Makings) -> Broken | None:
    free = next(number for number in range(6999, 7999) if number not in makings.lists.accounts)
    return pair(account_number=free)(makings)


def amount_zero(makings: Makings) -> Broken:
    rows = makings.pair(VOUCHER)
    return _with(makings, [*rows, rows[0] | {"amount": Decimal(0)}])


def amount_too_large(makings: Makings) -> Broken:
    first, second = makings.pair(VOUCHER)
    huge = Decimal(10) ** 12
    return _with(makings, [first | {"amount": huge}, second | {"amount": -huge}])


def year_closed(makings: Makings) -> Broken | None:
    closed = next((year for year in makings.lists.fiscal_years if year.locked), None)
    return None if closed is None else both(date=closed.start)(makings)


def date_far(makings: Makings) -> Broken | None:
    day = makings.options.today - dt.timedelta(days=380)
    return None if makings.year_of(day) is None else both(date=day)(makings)


def currency(factor: Decimal = Decimal(1), **changes: Any) -> Break:
    """Both rows in a currency of the organization's, at so many times its rate, then changed."""

    def change(makings: Makings) -> Broken | None:
        if not makings.foreign:
            return None
        known = makings.foreign[0]
        row = {"currency_code": known.code, "currency_rate": known.rate * factor}
        row["rate_per"] = known.rate_per
        return both(**row | changes)(makings)

    return change


def rate_per_missing(makings: Makings) -> Broken | None:
    known = next((found for found in makings.foreign if found.rate_per != 1), None)
    return None if known is None else both(currency_code=known.code, currency_rate=known.rate)(makings)


def base_currency_rate(makings: Makings) -> Broken | None:
    return pair(currency_code=makings.lists.base_currency, currency_rate=Decimal(2))(makings)


def unbalanced_currency(makings: Makings) -> Broken | None:
    if not makings.foreign:
        return None
    known = makings.foreign[0]
    first, second = makings.pair(VOUCHER)
    row = {"currency_code": known.code, "rate_per": known.rate_per}
    first |= row | {"currency_rate": known.rate, "amount": Decimal(200)}
    second |= row | {"currency_rate": known.rate * 2, "amount": Decimal(-100)}
    return _with(makings, [first, second])


def customer_unknown(makings: Makings) -> Broken | None:
    if makings.lists.customers is None:
        return None
    return invoice(customer_id=max(makings.parties) + 1)(makings)


def tax_id(makings: Makings) -> Broken | None:
    ids = [code.tax_id for code in makings.lists.tax_codes.values() if code.tax_id not in makings.lists.tax_codes]
    return pair(tax_number=ids[0])(makings) if ids else None


def own_tax(number: str | None) -> Break:
    """A row on an account that has a tax code of its own, with another one."""

    def change(makings: Makings) -> Broken | None:
        accounts = (makings.lists.accounts[number] for number in makings.plain)
        found = next((account for account in accounts if account.tax_number not in (None, "", "0")), None)
        return None if found is None else pair(account_number=found.number, tax_number=number)(makings)

    return change


def only_with(name: str, change: Break) -> Break:
    """A change that needs a list."""
    return lambda makings: None if getattr(makings.lists, name) is None else change(makings)


def dimension_value(makings: Makings) -> Broken | None:
    kinds = sorted(makings.lists.dimensions or {})
    return pair(dimensions=f"{kinds[0]}=nothing of the kind")(makings) if kinds else None


def comment_too_long(makings: Makings) -> Broken | None:
    return pair(comment="x" * (makings.options.longest_comment + 1))(makings)


def comment_long(makings: Makings) -> Broken | None:
    room = makings.options.longest_comment - makings.options.marker_length
    return pair(comment="x" * 76)(makings) if room > 75 else None


def type_without_series(makings: Makings) -> Broken:
    types = {**makings.lists.types, 4711: TransactionType(4711, "Uten serie")}
    rows = [row | {"transaction_type_number": 4711} for row in makings.pair(VOUCHER)]
    return Broken(rows, replace(makings.lists, types=types), replace(makings.options, counts=True))


def several_documents(makings: Makings) -> Broken:
    rows = [row | {"document_id": at} for at, row in enumerate(makings.pair(VOUCHER), start=1)]
    return Broken(rows, makings.lists, replace(makings.options, one_document=True))


def unbalanced_day(makings: Makings) -> Broken | None:
    first = makings.days[0]
    other = next((day for day in makings.days[1:] if makings.year_of(day) == makings.year_of(first)), None)
    return None if other is None else pair(date=other)(makings)


def vat_by_hand(makings: Makings) -> Broken | None:
    return _coded(makings, by_hand=True) if makings.coded and makings.options.computes_vat else None


def vat_not_in_balance(makings: Makings) -> Broken | None:
    return None if not makings.coded or makings.options.computes_vat else _coded(makings, by_hand=False)


def _coded(makings: Makings, *, by_hand: bool) -> Broken:
    account, code = makings.coded[0]
    rows = makings.pair(VOUCHER, account_number=account, tax_number=code)
    if by_hand:
        rows.append(rows[1] | {"account_number": makings.lists.tax_codes[code].account_number, "amount": Decimal(1)})
        rows.append(rows[1] | {"amount": Decimal(-1)})
    return _with(makings, rows)


def vat_without_base(makings: Makings) -> Broken | None:
    if not makings.coded or makings.options.computes_vat:
        return None
    _, code = makings.coded[0]
    return pair(account_number=makings.lists.tax_codes[code].account_number)(makings)


def voucher_twice(makings: Makings) -> Broken:
    rows = makings.pair(VOUCHER)
    return _with(makings, rows + [row | {"voucher": "again", "bundle": "again"} for row in rows])


def two_years(makings: Makings) -> Broken | None:
    last = makings.days[0]
    other = next((day for day in makings.days if makings.year_of(day) != makings.year_of(last)), None)
    if other is None:
        return None
    rows = makings.pair(VOUCHER)
    return _with(makings, rows + [row | {"voucher": "other", "date": other} for row in rows])


def many(vouchers: int, pairs: int) -> Break:
    """A bundle of so many vouchers of so many pairs of rows."""

    def change(makings: Makings) -> Broken:
        rows = [row | {"comment": "x" * 50} for row in makings.pair(VOUCHER)] * pairs
        return _with(makings, [row | {"voucher": f"V{at}"} for at in range(vouchers) for row in rows])

    return change


def invoice_twice(makings: Makings) -> Broken | None:
    if not makings.parties:
        return None
    again = [row | {"bundle": "again"} for row in makings.invoice("again", "X1")]
    return _with(makings, makings.invoice(VOUCHER, "X1") + again)


def invoice_in_ledger(makings: Makings) -> Broken | None:
    if not makings.parties:
        return None
    lists = replace(makings.lists, invoices=makings.lists.invoices | {(makings.parties[0], "X1")})
    return Broken(makings.invoice(VOUCHER, "X1"), lists, makings.options)


def linked(*, bundle: str = VOUCHER, other: bool = False, **changes: Any) -> Break:
    """An invoice and its payment under one link, the payment in a bundle, of another customer, or changed."""

    def change(makings: Makings) -> Broken | None:
        if not makings.parties or not makings.options.offers_links:
            return None
        first = makings.invoice(VOUCHER, "X1", link="X", invoice_number=None)
        second = makings.invoice("paid", "X1", link="X", invoice_number=None)
        paid = [row | {"bundle": bundle, "amount": -row["amount"]} for row in second]
        paid[0] |= ({"customer_id": makings.parties[-1]} if other else {}) | changes
        return _with(makings, first + paid)

    return change


def link_unknown_to_route(makings: Makings) -> Broken | None:
    broken = linked()(replace(makings, options=replace(makings.options, offers_links=True)))
    return None if broken is None else replace(broken, options=replace(makings.options, offers_links=False))


def with_links(change: Break) -> Break:
    """A change that only a route with links is checked for."""
    return lambda makings: change(makings) if makings.options.offers_links else None


def links_to(*ids: str, **line: Any) -> Break:
    """A payment that settles lines of the ledger, which are otherwise than it takes."""

    def change(makings: Makings) -> Broken | None:
        if not makings.parties or not makings.options.offers_links:
            return None
        lines = dict(makings.lists.lines)
        if line:
            amount, day = Decimal(1), makings.days[0]
            fields = {"account_number": 1500, "customer_id": makings.parties[0], "is_open": True} | line
            lines["X-line"] = LedgerLine("X-line", 1, 1, day, amount=amount, **fields)
        rows = makings.invoice(VOUCHER, "X1", invoice_number=None, links_to="|".join(ids))
        return Broken(rows, replace(makings.lists, lines=lines), makings.options)

    return change


BREAKAGES: Final[dict[str, Break]] = {
    "control-character": pair(comment="a\x07b"),
    "account-unknown": account_unknown,
    "amount-zero": amount_zero,
    "amount-too-large": amount_too_large,
    "date-outside-years": both(date=LONG_AGO),
    "year-closed": year_closed,
    "date-far": date_far,
    "period-not-first": lambda makings: pair(period_date=makings.days[0].replace(day=2))(makings),
    "period-year": pair(period_date=LONG_AGO),
    "due-date-early": invoice(due_date=LONG_AGO),
    "due-date-early-credit": linked(due_date=LONG_AGO),
    "currency-code": pair(currency_code="kr"),
    "currency-unknown": only_with("currencies", pair(currency_code="XXX", currency_rate=Decimal(1))),
    "currency-rate-missing": currency(currency_rate=None),
    "currency-rate-range": currency(currency_rate=Decimal(0)),
    "rate-without-currency": pair(currency_rate=Decimal(1)),
    "base-currency-rate": base_currency_rate,
    "rate-per-missing": rate_per_missing,
    "currency-rate-far": currency(Decimal(10)),
    "currency-rate-off": currency(Decimal("1.5")),
    "customer-missing": pair(account_number=1500),
    "customer-unknown": customer_unknown,
    "tax-code-unknown": pair(tax_number="9999"),
    "tax-id-for-number": tax_id,
    "tax-code-missing": own_tax(None),
    "tax-code-differs": own_tax("0"),
    "department-unknown": only_with("departments", pair(department="nowhere")),
    "project-unknown": only_with("projects", pair(project="nowhere")),
    "dimension-type-unknown": only_with("dimensions", pair(dimensions="999=A")),
    "dimension-value-unknown": dimension_value,
    "invoice-number-too-long": invoice("9" * 51),
    "reference-too-long": invoice(payment_reference="1" * 33),
    "kid-check-digit": invoice(payment_reference="12345678"),
    "bank-account-check-digit": invoice(bank_account="1234.56.78901"),
    "comment-too-long": comment_too_long,
    "comment-long": comment_long,
    "too-few-entries": lambda makings: _with(makings, makings.pair(VOUCHER)[:1]),
    "too-many-entries": many(1, 501),
    "type-unknown": both(transaction_type_number=987_654),
    "type-not-postable": both(transaction_type_number=-3),
    "type-without-series": type_without_series,
    "several-documents": several_documents,
    "unbalanced": pair(amount=Decimal("77.71")),
    "unbalanced-day": unbalanced_day,
    "unbalanced-currency": unbalanced_currency,
    "vat-not-in-balance": vat_not_in_balance,
    "vat-without-base": vat_without_base,
    "vat-by-hand": vat_by_hand,
    "voucher-twice": voucher_twice,
    "two-years": two_years,
    "too-many-vouchers": many(101, 1),
    "request-too-large": many(5, 500),
    "invoice-twice": invoice_twice,
    "invoice-in-ledger": invoice_in_ledger,
    "link-alone": with_links(invoice(link="X", invoice_number=None)),
    "link-differs": linked(other=True),
    "link-across-bundles": linked(bundle="elsewhere"),
    "links-not-offered": link_unknown_to_route,
    "links-to-unknown": links_to("nowhere"),
    "links-to-closed": links_to("X-line", is_open=False),
    "links-to-differs": links_to("X-line", account_number=2400),
    "links-to-twice": links_to("X-line", "X-line", is_open=True),
    "save-as-not-offered": lambda makings: called(saves=frozenset(SaveAs) - {makings.options.save_as})(makings),
    "ignored-warning-unknown": called(ignore_warnings=("everything",)),
    "ignored-warning-not-allowed": called(ignore_warnings=("invoicealreadyexists",)),
    "ignored-warning-twice": called(
        ignore_warnings=("vatisnotinbalance",) * 2, allowed_warnings=frozenset({"vatisnotinbalance"})
    ),
}
