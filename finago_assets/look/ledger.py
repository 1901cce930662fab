"""What the ledger's page asks: lines that fit a search, their sums, one line, and the voucher it belongs to.

Owns reading what a person types into a search and the queries made of it. Whatever is typed travels as a parameter.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from finago_assets.core.errors import RequestRefused

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from finago_assets.look.books import BookRow, OpenBooks

LINE_LIMIT: Final = 200
MOST_OF_VOUCHER: Final = 500
_BLANKS: Final = re.compile(r"[\s\u00a0\u202f]+")


class LineOrder(StrEnum):
    """Which lines come first."""

    NEWEST = "newest first"
    OLDEST = "oldest first"
    LARGEST = "largest amount first"


_ORDERS: Final = {
    LineOrder.NEWEST: "posting_date desc, voucher_number desc, line_id",
    LineOrder.OLDEST: "posting_date, voucher_number, line_id",
    LineOrder.LARGEST: "abs(amount) desc nulls last, posting_date desc, line_id",
}
_SHOWN: Final = """
    line_id, posting_date, voucher_id, voucher_number, account_number, account_name, customer_id, party_name, amount,
    currency_code, amount_currency, tax_number, tax_name, invoice_number, comment
"""
_SEARCHED: Final = "coalesce(comment, ''), coalesce(party_name, ''), coalesce(account_name, ''), " + ", ".join(
    f"coalesce({column}, '')" for column in ("invoice_number", "payment_reference", "document_id", "line_id")
)


@dataclass(frozen=True, slots=True)
class LineSearch:
    """What is looked for, as a person types it; what is empty does not narrow. Days are posting dates, both included.

    `account`: a number, a range such as 3000-3999, or a part of its name. `amount`: one, whatever its sign, or a range
    such as 1000..2000 of its size. `party`: a part of the name, or the whole id. `customer_id`: the whole id alone.
    """

    account: str = ""
    party: str = ""
    voucher: str = ""
    amount: str = ""
    text: str = ""
    first: date | None = None
    last: date | None = None
    customer_id: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing narrows it."""
        return self == LineSearch()


def search_lines(
    books: OpenBooks,
    organization: str,
    search: LineSearch,
    order: LineOrder = LineOrder.NEWEST,
    most: int = LINE_LIMIT,
) -> list[BookRow]:
    """Return at most `most` lines that fit. Raises RequestRefused for an amount or a number that cannot be read."""
    where, parameters = _conditions(organization, search)
    ordered = f"order by {_ORDERS[order]} limit ?"
    return books.rows(f"select {_SHOWN} from marts.general_ledger where {where} {ordered}", [*parameters, most])


def sum_lines(books: OpenBooks, organization: str, search: LineSearch) -> BookRow:
    """Return how many lines fit, and the sums of all of them; NULL where an amount is unknown."""
    where, parameters = _conditions(organization, search)
    sums = ", ".join(f"case when count(*) = count(amount) then coalesce(sum({one}), 0) end as {one}" for one in _SUMMED)
    return books.row(f"select count(*) as lines, {sums} from marts.general_ledger where {where}", parameters)


_SUMMED: Final = ("debit", "credit", "amount")


def read_lines(books: OpenBooks, organization: str, line_id: str) -> list[BookRow]:
    """Return the line with an id, with every column; several where the ERP gave one id twice."""
    sql = "select * from marts.general_ledger where organization_id = ? and line_id = ? order by posting_date limit 20"
    return books.rows(sql, [organization, line_id])


def voucher_lines(books: OpenBooks, organization: str, voucher_id: str) -> list[BookRow]:
    """Return the lines of a voucher, at most MOST_OF_VOUCHER."""
    sql = f"""
        select {_SHOWN} from marts.general_ledger where organization_id = ? and voucher_id = ?
        order by account_number, line_id limit ?
    """
    return books.rows(sql, [organization, voucher_id, MOST_OF_VOUCHER])


def sum_voucher(books: OpenBooks, organization: str, voucher_id: str) -> BookRow:
    """Return how many lines a voucher has, and its sum."""
    sql = """
        select count(*) as lines, case when count(*) = count(amount) then sum(amount) end as amount
        from marts.general_ledger where organization_id = ? and voucher_id = ?
    """
    return books.row(sql, [organization, voucher_id])


def rejected_lines(books: OpenBooks, organization: str, most: int = LINE_LIMIT) -> list[BookRow]:
    """Return lines that could not be read, and why."""
    sql = """
        select line_id, partition_date, reason from marts.ledger_rejects
        where organization_id = ? order by partition_date desc, line_id limit ?
    """
    return books.rows(sql, [organization, most])


def _conditions(organization: str, search: LineSearch) -> tuple[str, list[object]]:
    found: list[tuple[str, list[object]]] = [("organization_id = ?", [organization]), *_narrowed(search)]
    return " and ".join(sql for sql, _ in found), [one for _, parameters in found for one in parameters]


def _narrowed(search: LineSearch) -> Iterator[tuple[str, list[object]]]:
    if search.first is not None:
        yield "posting_date >= ?", [search.first]
    if search.last is not None:
        yield "posting_date <= ?", [search.last]
    if account := search.account.strip():
        yield _account_condition(account)
    if party := search.party.strip():
        yield "(customer_id = ? or contains(lower(party_name), lower(?)))", [party, party]
    if search.customer_id:
        yield "customer_id = ?", [search.customer_id]
    if voucher := search.voucher.strip():
        yield _voucher_condition(voucher)
    if amount := search.amount.strip():
        yield _amount_condition(amount)
    if text := search.text.strip():
        yield f"contains(lower(concat_ws(chr(31), {_SEARCHED})), lower(?))", [text]


def _account_condition(typed_account: str) -> tuple[str, list[object]]:
    if span := re.fullmatch(r"(\d{1,18})\s*(?:-|\.\.)\s*(\d{1,18})", typed_account):
        return "account_number between ? and ?", [int(span[1]), int(span[2])]
    if re.fullmatch(r"\d{1,18}", typed_account):
        return "account_number = ?", [int(typed_account)]
    return "contains(lower(account_name), lower(?))", [typed_account]


def _voucher_condition(typed_voucher: str) -> tuple[str, list[object]]:
    if re.fullmatch(r"\d{1,18}", typed_voucher):
        return "(voucher_number = ? or voucher_id = ?)", [int(typed_voucher), typed_voucher]
    return "voucher_id = ?", [typed_voucher]


def _amount_condition(typed_amount: str) -> tuple[str, list[object]]:
    if ".." in typed_amount:
        least, most = (read_amount(part) for part in typed_amount.split("..", 1))
        return "abs(amount) between ? and ?", [abs(least), abs(most)]
    return "abs(amount) = ?", [abs(read_amount(typed_amount))]


def read_amount(text: str) -> Decimal:
    """Read an amount as people write it: 1234.5, 1 234,50, 1.234,50 or 1,234.50. Raises RequestRefused."""
    plain = _BLANKS.sub("", text).replace("\u2212", "-")
    marks = [mark for mark in plain if mark in ".,"]
    if len(set(marks)) == 2:
        # the last one parts the decimals
        plain = plain.replace("," if marks[-1] == "." else ".", "")
    elif len(marks) > 1 or re.search(r",\d{3}$", plain):
        plain = plain.replace(marks[0], "")
    try:
        amount = Decimal(plain.replace(",", "."))
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite() or amount.adjusted() > 17 or not re.fullmatch(r"-?[\d.,]+", plain):
        raise RequestRefused(f"{text!r:.60} is no amount; write it as 1234.50 or 1 234,50, a range as 1000..2000.")
    return amount
