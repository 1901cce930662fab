"""What the VAT page asks: each term by code, and the lines that make up a code's base.

Owns the queries. It is the ledger's preview of the return, as the mart says; nothing is reckoned here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from finago_assets.look.books import BookRow, OpenBooks

MOST_VAT_LINES: Final = 300

_TERMS: Final = """
    select period, any_value(period_end) as period_end, max(settled_at) as settled_at,
        case when count(*) = count(tax_amount) then sum(tax_amount) end as tax_amount,
        case when count(*) = count(tax_amount) then -sum(tax_amount) end as owed,
        sum(late_tax_amount) as late_tax_amount
    from marts.vat_by_period where organization_id = ? group by period order by period desc
"""
_CODES: Final = """
    select tax_number, tax_name, standard_tax_code, standard_tax_name, rate, direction, base_amount, tax_amount,
        tax_source, late_base_amount, late_tax_amount, period, period_end
    from marts.vat_by_period where organization_id = ? and period = ?
    order by tax_number nulls last, standard_tax_code, rate, direction
"""
# a line counts in the term of its period date, where it has one
_OF_CODE: Final = """
    from marts.general_ledger
    where organization_id = ? and coalesce(period_date, posting_date) between ? and ?
        and tax_number is not distinct from ? and standard_tax_code is not distinct from ?
        and tax_rate is not distinct from ? and tax_base is not null
"""


@dataclass(frozen=True, slots=True)
class VatCode:
    """A code with a rate in a term, as vat_by_period has it."""

    period: date
    period_end: date
    tax_number: int | None
    standard_tax_code: str | None
    rate: Decimal | None

    @classmethod
    def of(cls, row: BookRow) -> VatCode:
        """Return the code of a row of `vat_codes`."""
        return cls(row["period"], row["period_end"], row["tax_number"], row["standard_tax_code"], row["rate"])


def vat_terms(books: OpenBooks, organization: str) -> list[BookRow]:
    """Return each term, newest first, with its VAT (debit positive), what is owed for it, and when it was settled."""
    return books.rows(_TERMS, [organization])


def vat_codes(books: OpenBooks, organization: str, period: date) -> list[BookRow]:
    """Return a term's codes."""
    return books.rows(_CODES, [organization, period])


def vat_lines(books: OpenBooks, organization: str, code: VatCode) -> list[BookRow]:
    """Return the lines of a code's base, the largest first, at most MOST_VAT_LINES."""
    sql = f"""
        select line_id, posting_date, period_date, voucher_number, account_number, account_name, party_name, tax_base,
            tax_amount, amount, comment
        {_OF_CODE} order by abs(tax_base) desc, posting_date, line_id limit ?
    """
    return books.rows(sql, [*_parameters_of(organization, code), MOST_VAT_LINES])


def sum_vat_lines(books: OpenBooks, organization: str, code: VatCode) -> BookRow:
    """Return how many lines the base is made of, and the sums."""
    sql = f"select count(*) as lines, coalesce(sum(tax_base), 0) as tax_base, sum(tax_amount) as tax_amount {_OF_CODE}"
    return books.row(sql, _parameters_of(organization, code))


def _parameters_of(organization: str, code: VatCode) -> list[object]:
    return [organization, code.period, code.period_end, code.tax_number, code.standard_tax_code, code.rate]
