"""What the overview asks: whose books these are, how they do, whether they tie, and what a person should look at.

Owns the queries and the sentences. A sum of amounts of which one is unknown is unknown too, here as everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from finago_assets.look.books import BookRow, OpenBooks

MONTHS_SHOWN: Final = 13

_ORGANIZATIONS: Final = """
    select books_of.organization_id, {name} as organization_name, max(verdict.base_currency) as base_currency
    from (
        select distinct organization_id from marts.accounts
        union select distinct organization_id from marts.trial_balance
    ) as books_of
    left join marts.currency_verdict as verdict using (organization_id)
    {named}
    group by books_of.organization_id order by all
"""
_WITH_NAMES: Final = "left join details.staging.stg_organization_information as info using (organization_id)"

_RESULT: Final = """
    with months as (
        select period, bool_and(is_whole_month) as is_whole_month,
            case when count(*) = count(amount) then sum(amount) end as result
        from reporting.profit_and_loss where organization_id = ? group by period
    )
    select months.period, months.is_whole_month, months.result, earlier.result as result_last_year,
        months.result - earlier.result as better
    from months left join months as earlier on cast(months.period - interval 1 year as date) = earlier.period
    order by months.period desc limit ?
"""
_BANK: Final = """
    select account_number, account_name, closing_balance, is_whole_month, period
    from marts.trial_balance
    where organization_id = ? and is_bank
        and period = (select max(period) from marts.trial_balance where organization_id = ?)
        and (closing_balance is distinct from 0 or change is distinct from 0)
    order by account_number
"""
_BANK_SUM: Final = """
    select case when count(*) = count(closing_balance) then coalesce(sum(closing_balance), 0) end as balance
    from marts.trial_balance
    where organization_id = ? and is_bank
        and period = (select max(period) from marts.trial_balance where organization_id = ?)
"""
_SPAN: Final = """
    select min(posting_date) as first_day, max(posting_date) as last_day, count(*) as lines
    from marts.general_ledger where organization_id = ?
"""
_TIE_OUT_STATUSES: Final = """
    select status, count(*) as account_months, sum(abs(difference)) as difference
    from marts.ledger_tie_out where organization_id = ? group by status order by status
"""
_WARNINGS: Final = """
    select split_part(test, '.', 3) as check_name, rows
    from details.build.verdicts where not passed order by rows desc nulls last, check_name
"""


class Attention(NamedTuple):
    """Something that a person should look at, the page that shows it, and what is asked of that page."""

    sentence: str
    page: str
    asked: Mapping[str, str]


def list_organizations(books: OpenBooks) -> list[BookRow]:
    """Return each organization with its name (NULL where the whole build is not there to tell) and its currency."""
    name, named = (
        ("any_value(info.organization_name)", _WITH_NAMES) if books.has_details else ("cast(null as varchar)", "")
    )
    return books.rows(_ORGANIZATIONS.format(name=name, named=named))


def read_span(books: OpenBooks, organization: str) -> BookRow:
    """Return the first and last day with a ledger line, and how many lines there are."""
    return books.row(_SPAN, [organization])


def monthly_results(books: OpenBooks, organization: str, months: int = MONTHS_SHOWN) -> list[BookRow]:
    """Return the result of each month, newest first, beside the same month's a year before; income positive."""
    return books.rows(_RESULT, [organization, months])


def bank_accounts(books: OpenBooks, organization: str) -> list[BookRow]:
    """Return bank accounts with their balances at the end of the newest month; none at rest at 0."""
    return books.rows(_BANK, [organization, organization])


def bank_balance(books: OpenBooks, organization: str) -> Decimal | None:
    """Return what those accounts hold together; None where one balance is unknown."""
    balance: Decimal | None = books.row(_BANK_SUM, [organization, organization])["balance"]
    return balance


def tie_out_statuses(books: OpenBooks, organization: str) -> dict[str, BookRow]:
    """Return how many account-months have which status, and what they differ by."""
    return {row["status"]: row for row in books.rows(_TIE_OUT_STATUSES, [organization])}


def failed_checks(books: OpenBooks) -> list[BookRow]:
    """Return the checks of the published build that warned, with the rows that each found; of all organizations."""
    return books.rows(_WARNINGS) if books.has_details else []


def list_attention(books: OpenBooks, organization: str) -> Iterator[Attention]:
    """Yield what a person should look at, the books' own soundness first."""
    statuses = tie_out_statuses(books, organization)
    for status, what in _TIE_OUT_WORDS.items():
        if status in statuses:
            yield Attention(f"{what}: {statuses[status]['account_months']:,}.", "tie-out", {"status": status})
    for sql, sentence, page, asked in _COUNTED:
        found = books.row(sql, [organization])
        if found["rows"]:
            yield Attention(sentence.format(**found), page, asked)


_TIE_OUT_WORDS: Final = {
    "differs": "Account-months that differ from the ERP's own balances",
    "opens differently": "Account-months that the ERP opens with another balance than it closed the month before with",
    "not told": "Account-months with an amount in another currency that nothing tells",
}
_COUNTED: Final[tuple[tuple[str, str, str, Mapping[str, str]], ...]] = (
    (
        # that the newest month is not over is no news
        """
        select count(distinct period) as rows from marts.ledger_tie_out as months
        where organization_id = ? and status = 'not landed' and period < (
            select max(period) from marts.ledger_tie_out where organization_id = months.organization_id
        )
        """,
        "Months that could not be held against the ERP, since days or balances are not landed: {rows:,}.",
        "tie-out",
        {"status": "not landed"},
    ),
    (
        "select count(*) as rows from marts.ledger_rejects where organization_id = ?",
        "Ledger lines that could not be read and stand in no figure: {rows:,}.",
        "ledger",
        {},
    ),
    (
        """
        select count(*) as rows, sum(open_amount) as amount from marts.open_items
        where organization_id = ? and ledger = 'receivable' and open_amount > 0 and days_overdue > 90
            and as_of = (select max(as_of) from marts.open_items where organization_id = open_items.organization_id)
        """,
        "Receivables more than 90 days overdue: {rows:,}, together {amount:,.2f}.",
        "ageing",
        {"side": "receivables"},
    ),
    (
        """
        select count(*) as rows, -sum(open_amount) as amount from marts.open_items
        where organization_id = ? and ledger = 'payable' and open_amount < 0 and days_overdue > 30
            and as_of = (select max(as_of) from marts.open_items where organization_id = open_items.organization_id)
        """,
        "Payables more than 30 days overdue: {rows:,}, together {amount:,.2f}.",
        "ageing",
        {"side": "payables"},
    ),
    (
        """
        select count(*) as rows, sum(tax_amount) as amount from marts.vat_by_period
        where organization_id = ? and tax_number is null and tax_amount != 0
        """,
        "VAT that no tax code explains: {amount:,.2f}.",
        "vat",
        {},
    ),
    (
        """
        select count(*) as rows, sum(late_tax_amount) as amount from marts.vat_by_period
        where organization_id = ? and late_tax_amount != 0
        """,
        "VAT that was posted after its term was settled: {amount:,.2f}.",
        "vat",
        {},
    ),
)
