"""Journals that are right, drawn at random for any tenant's lists.

Owns the generator: `journals` draws rows as a table has them, `rows_as_table` and `rows_as_csv` write them. A test
against a server uses the same with the server's lists; breakages.py has a way to break each rule.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from hypothesis import strategies as st

from finago_assets.core.posting.amounts import may_be_partial, vat_of
from finago_assets.core.posting.check_digits import mod10 as kid_digit
from finago_assets.core.posting.columns import JOURNAL_COLUMNS, CellKind
from finago_assets.core.posting.journal import (
    Account,
    Currency,
    FiscalYear,
    LedgerLine,
    Lists,
    SaveAs,
    TaxCode,
    TransactionType,
)
from finago_assets.core.posting.options import PostingOptions

if TYPE_CHECKING:
    from collections.abc import Sequence

Row = dict[str, Any]
TODAY: Final = dt.date(2026, 11, 29)
DRAFT: Final = PostingOptions(TODAY)
LEDGER: Final = replace(DRAFT, save_as=SaveAs.LEDGER)


def _line(line_id: str, *, account: int = 1500, customer: int = 1001, is_open: bool = True) -> LedgerLine:
    return LedgerLine(
        line_id, 10_001, 1, dt.date(2026, 10, 1), account, Decimal(100), customer_id=customer, is_open=is_open
    )


def lists_of_a_tenant() -> Lists:
    """Return the lists of an invented tenant in Norway: 2024 is closed, and ids of tax codes are not their numbers."""
    accounts = (
        Account(1500, "Kundefordringer"),
        Account(1900, "Kasse"),
        Account(1920, "Bank", "0"),
        Account(2400, "Leverandørgjeld"),
        Account(2700, "Utgående merverdiavgift"),
        Account(2701, "Utgående merverdiavgift, middels sats"),
        Account(2710, "Inngående merverdiavgift"),
        Account(2716, "Inngående merverdiavgift, delvis fradrag"),
        Account(3000, "Salgsinntekt", "3"),
        Account(3100, "Salgsinntekt, avgiftsfri", "5"),
        Account(6300, "Leie lokale"),
        Account(6540, "Inventar", "1"),
    )
    codes = (
        TaxCode("0", "100", "Ingen", Decimal(0)),
        TaxCode("1", "21", "Inngående 25 %", Decimal(25), 2710),
        TaxCode("3", "8", "Utgående 25 %", Decimal(25), 2700),
        TaxCode("5", "12", "Fritatt", Decimal(0)),
        TaxCode("65", "16", "Inngående 25 %, 65 % fradrag", Decimal("16.25"), 2716),
        TaxCode("31", "13", "Utgående 15 %", Decimal(15), 2701),
        TaxCode("86", "14", "Tjenester fra utlandet", Decimal(25), 2710),
    )
    types = (TransactionType(1, "Bilag", 11), TransactionType(9, "Periodisering", 19), TransactionType(-3, "IB", 3))
    currencies = (
        Currency("NOK", Decimal(1), 1),
        Currency("EUR", Decimal("11.6275"), 1),
        Currency("SEK", Decimal("104.55"), 100),
    )
    years = (FiscalYear(dt.date(year, 1, 1), dt.date(year + 1, 1, 1), year == 2024) for year in (2024, 2025, 2026))
    return Lists(
        organization_id="org-1",
        base_currency="NOK",
        accounts={account.number: account for account in accounts},
        tax_codes={code.number: code for code in codes},
        types={type_.number: type_ for type_ in types},
        fiscal_years=tuple(years),
        currencies={currency.code: currency for currency in currencies},
        customers=frozenset({1001, 1002, 2001}),
        departments=frozenset({"10", "20"}),
        projects=frozenset({"P1"}),
        dimensions={101: frozenset({"A", "B"}), 102: frozenset({"X"})},
        lines={
            "open": _line("open"),
            "closed": _line("closed", is_open=False),
            "other": _line("other", customer=1002),
        },
        invoices=frozenset({(1001, "900")}),
    )


@dataclass
class Makings:
    """What journals are made of: the accounts and days of a tenant that a rule has nothing against."""

    lists: Lists
    options: PostingOptions
    plain: list[int] = field(init=False)
    coded: list[tuple[int, str]] = field(init=False)
    types: list[int] = field(init=False)
    days: list[dt.date] = field(init=False)
    foreign: list[Currency] = field(init=False)
    parties: list[int] = field(init=False)

    def __post_init__(self) -> None:
        accounts = self.lists.accounts
        vat = {code.account_number for code in self.lists.tax_codes.values()}
        posted = [number for number in sorted(accounts) if number not in vat | self.options.control_accounts]
        self.plain = [number for number in posted if f"{number}"[0] not in "12" or number // 100 == 19]
        income = [number for number in self.plain if f"{number}"[0] == "3"]
        costs = [number for number in self.plain if f"{number}"[0] in "4567"]
        self.coded = [
            (number, code.number)
            for code in self.lists.tax_codes.values()
            if code.rate > 0 and code.account_number and not may_be_partial(code)
            for number in (income if f"{code.account_number}".startswith("270") else costs)
        ]
        self.types = [
            number
            for number, known in sorted(self.lists.types.items())
            if number > 0 and not (self.options.counts and known.series is None)
        ]
        self.days = [
            day
            for back in range(366)
            if self.year_of(day := self.options.today - dt.timedelta(days=back)) not in (None, 0)
        ]
        self.foreign = [
            currency
            for code, currency in sorted((self.lists.currencies or {}).items())
            if code != self.lists.base_currency and currency.rate > 0
        ]
        self.parties = sorted(self.lists.customers or ())

    def year_of(self, day: dt.date) -> int | None:
        """Return the year that a day's open fiscal year starts in."""
        found = next((year for year in self.lists.fiscal_years if year.holds(day) and not year.locked), None)
        return None if found is None else found.start.year

    def pair(self, voucher: str, **changes: Any) -> list[Row]:
        """Return a voucher of two rows without any tax, and change the first of them."""
        first, second = self.plain[-1], self.plain[0]
        row: Row = {"bundle": voucher, "voucher": voucher, "transaction_type_number": self.types[0]}
        row |= {"date": self.days[0], "tax_number": "0"}
        debit = row | {"account_number": first, "amount": Decimal("77.70")}
        return [debit | changes, row | {"account_number": second, "amount": Decimal("-77.70")}]

    def invoice(self, voucher: str, number: str, **changes: Any) -> list[Row]:
        """Return an invoice of a customer, and change its line on the control account."""
        rows = self.pair(voucher)
        rows[0] |= {"account_number": 1500, "customer_id": self.parties[0], "invoice_number": number} | changes
        return rows


_LONGEST_WORDS: Final = 60
AMOUNTS: Final = st.integers(1, 10**9).map(lambda cents: Decimal(cents).scaleb(-2))


def words(room: int) -> st.SearchStrategy[str]:
    """Draw a comment that has room."""
    return st.text(
        st.characters(codec="utf-8", categories=["L", "N", "P", "Zs"]), min_size=1, max_size=min(room, _LONGEST_WORDS)
    )


@st.composite
def journals(draw: st.DrawFn, lists: Lists, options: PostingOptions) -> list[Row]:
    """Draw the rows of a journal that every rule accepts."""
    makings = Makings(lists, options)
    rows: list[Row] = []
    for at in range(draw(st.integers(1, 3))):
        year = draw(st.sampled_from(sorted({makings.year_of(day) for day in makings.days}, key=str)))
        days = [day for day in makings.days if makings.year_of(day) == year]
        for number in range(draw(st.integers(1, 3))):
            name = f"{draw(st.sampled_from(['', 'Ø-', '00']))}{at}{number}"
            rows += draw(_vouchers(makings, f"bundle {at}", name, days))
    return rows


@st.composite
def _vouchers(draw: st.DrawFn, makings: Makings, bundle: str, name: str, days: Sequence[dt.date]) -> list[Row]:
    head = {"bundle": bundle, "voucher": name, "transaction_type_number": draw(st.sampled_from(makings.types))}
    rows: list[Row] = []
    for at in range(draw(st.integers(1, 3))):
        kind = draw(st.sampled_from(kinds_of(makings)))
        day = draw(st.sampled_from(days))
        of_kind = draw(kind(makings, f"{name}-{at}", day))
        rows += [head | {"date": day, "tax_number": "0"} | row for row in of_kind]
    return rows if makings.options.computes_vat else rows + vat_rows(rows, makings)


def vat_rows(rows: Sequence[Row], makings: Makings) -> list[Row]:
    """Return the rows that take the VAT out of a voucher's coded ones and put it on its account, once for each code."""
    found: list[Row] = []
    for number in sorted({row["tax_number"] for row in rows}):
        code = makings.lists.tax_codes.get(number)
        if code is None or code.rate == 0:
            continue
        coded = [row for row in rows if row["tax_number"] == number]
        base = sum((row["amount"] for row in coded), Decimal())
        vat = vat_of(code, base, included=makings.options.amounts_include_vat)
        head = {name: coded[0][name] for name in ("bundle", "voucher", "transaction_type_number", "date")}
        head["tax_number"] = "0"
        if vat:
            found.append(head | {"account_number": code.account_number, "amount": vat})
            found.append(head | {"account_number": coded[0]["account_number"], "amount": -vat})
    return found


def kinds_of(makings: Makings) -> list[Kind]:
    """Return the kinds of rows that these lists allow."""
    return [
        _plain,
        *([_coded] if makings.coded else []),
        *([_foreign] if makings.foreign else []),
        *([_sale, _purchase] if makings.parties else []),
        *([_settled] if makings.parties and makings.options.offers_links else []),
    ]


@st.composite
def _plain(draw: st.DrawFn, makings: Makings, _: str, day: dt.date) -> list[Row]:
    lists, amount = makings.lists, draw(AMOUNTS)
    dimensions = sorted((lists.dimensions or {}).items())
    extra = {
        "department": draw(st.sampled_from([None, *sorted(lists.departments or ())])),
        "project": draw(st.sampled_from([None, *sorted(lists.projects or ())])),
        "dimensions": draw(
            st.sampled_from([None, *(f"{kind}={value}" for kind, values in dimensions for value in sorted(values))])
        ),
        "period_date": draw(st.sampled_from([None, day.replace(day=1)])),
        "comment": draw(st.none() | words(makings.options.longest_comment - makings.options.marker_length)),
        "document_id": None if makings.options.one_document else draw(st.none() | st.integers(1, 2**31 - 1)),
    }
    first, second = draw(st.permutations(makings.plain))[:2]
    return [{"account_number": first, "amount": amount} | extra, {"account_number": second, "amount": -amount}]


@st.composite
def _coded(draw: st.DrawFn, makings: Makings, _: str, __: dt.date) -> list[Row]:
    (account, code), amount = draw(st.sampled_from(makings.coded)), draw(AMOUNTS) * draw(st.sampled_from([1, -1]))
    return [
        {"account_number": account, "amount": amount, "tax_number": code},
        {"account_number": draw(st.sampled_from(makings.plain)), "amount": -amount},
    ]


@st.composite
def _foreign(draw: st.DrawFn, makings: Makings, _: str, __: dt.date) -> list[Row]:
    currency, amount = draw(st.sampled_from(makings.foreign)), draw(AMOUNTS)
    rate = (currency.rate * draw(st.integers(95, 105)) / 100).quantize(Decimal("0.0001"))
    row = {"currency_code": currency.code, "currency_rate": rate, "rate_per": currency.rate_per}
    first, second = draw(st.permutations(makings.plain))[:2]
    return [row | {"account_number": first, "amount": amount}, row | {"account_number": second, "amount": -amount}]


@st.composite
def _sale(draw: st.DrawFn, makings: Makings, tag: str, day: dt.date) -> list[Row]:
    number, amount = f"{draw(st.integers(1, 10**6))}", draw(AMOUNTS)
    item = {
        "account_number": 1500,
        "amount": amount,
        "customer_id": draw(st.sampled_from(makings.parties)),
        "invoice_number": f"S{tag}",
        "payment_reference": draw(st.sampled_from([None, number + kid_digit(number)])),
        "due_date": draw(st.none() | st.integers(0, 60).map(lambda days: day + dt.timedelta(days=days))),
    }
    return [item, {"account_number": draw(st.sampled_from(makings.plain)), "amount": -amount}]


@st.composite
def _purchase(draw: st.DrawFn, makings: Makings, tag: str, _: dt.date) -> list[Row]:
    amount = draw(AMOUNTS)
    item = {"account_number": 2400, "amount": -amount, "customer_id": draw(st.sampled_from(makings.parties))}
    # a server may know the supplier's own accounts, and warn of any other
    ignored = makings.options.ignores("customermismatchbankaccount")
    item |= {
        "invoice_number": f"P{tag}",
        "bank_account": draw(st.sampled_from([None, "12345678903", "DE02-1"])) if ignored else None,
    }
    return [item, {"account_number": draw(st.sampled_from(makings.plain)), "amount": amount}]


@st.composite
def _settled(draw: st.DrawFn, makings: Makings, tag: str, _: dt.date) -> list[Row]:
    amount, customer = draw(AMOUNTS), draw(st.sampled_from(makings.parties))
    item = {"account_number": 1500, "customer_id": customer, "link": f"L{tag}"}
    return [item | {"amount": amount}, item | {"amount": -amount}]


Kind = Callable[[Makings, str, dt.date], st.SearchStrategy[list[Row]]]


def rows_as_table(rows: Sequence[Row]) -> pa.Table:
    """Return rows as a table, each column of the type that a warehouse has it in."""
    used = [name for name in JOURNAL_COLUMNS if any(row.get(name) is not None for row in rows)]
    return pa.table(
        {name: pa.array([row.get(name) for row in rows], _TYPES[JOURNAL_COLUMNS[name].holds]) for name in used}
    )


def rows_as_csv(rows: Sequence[Row]) -> str:
    """Return rows as a Norwegian Excel would save them: semicolons, and a comma in every number."""
    used = [name for name in JOURNAL_COLUMNS if any(row.get(name) is not None for row in rows)]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(used)
    writer.writerows([_as_text(row.get(name)) for name in used] for row in rows)
    return text.getvalue()


def _as_text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}".replace(".", ",")
    return "" if value is None else str(value)


_TYPES: Final = {
    CellKind.TEXT: pa.string(),
    CellKind.CODE: pa.string(),
    CellKind.REFERENCE: pa.string(),
    CellKind.PAIRS: pa.string(),
    CellKind.IDS: pa.string(),
    CellKind.WHOLE: pa.int64(),
    CellKind.AMOUNT: pa.decimal128(38, 4),
    CellKind.RATE: pa.decimal128(38, 10),
    CellKind.DAY: pa.date32(),
}
