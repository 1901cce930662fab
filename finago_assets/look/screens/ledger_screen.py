"""The ledger: a search over every line, and one line down to the record as the API sent it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import streamlit as st

from finago_assets.core.amounts import spell_amount
from finago_assets.look.ledger import (
    LineOrder,
    LineSearch,
    read_lines,
    rejected_lines,
    search_lines,
    sum_lines,
    sum_voucher,
    voucher_lines,
)
from finago_assets.look.raw_record import indent_json, raw_records
from finago_assets.look.screens.frame import asked_day, asked_text, escape_markdown, screen, tell_limit
from finago_assets.look.table import Shown, ShownAs, amounts, html_table, spell_moment, spell_shown

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.look.books import BookRow
    from finago_assets.look.screens.frame import Desk

_SHOWN_AS_AMOUNT: Final = frozenset(
    ("amount", "debit", "credit", "running_balance", "amount_currency", "tax_base", "tax_amount")
)


@screen("Ledger")
def show_ledger(desk: Desk) -> None:
    """Show the search, how many lines fit and what they sum to, and the first of them."""
    _show_search()
    search = LineSearch(
        account=asked_text("account"),
        party=asked_text("party"),
        voucher=asked_text("voucher"),
        amount=asked_text("amount"),
        text=asked_text("text"),
        first=asked_day("first"),
        last=asked_day("last"),
        customer_id=asked_text("customer_id"),
    )
    order = next((one for one in LineOrder if one.value == asked_text("order")), LineOrder.NEWEST)
    if search.customer_id:
        st.caption(f"Only lines of the party with id {escape_markdown(search.customer_id)}; Clear shows all again.")
    total = sum_lines(desk.books, desk.organization, search)
    lines = search_lines(desk.books, desk.organization, search, order)
    advice = f"The sums below are of all {total['lines']:,}. Narrow the search to see the others."
    tell_limit(len(lines), total["lines"], "lines", advice)
    if lines:
        sums = {"comment": "Sum of all that fit", "amount": total["amount"]}
        st.html(html_table(lines, _line_columns(desk), sums))
        st.caption(f"Debit {spell_amount(total['debit'])}, credit {spell_amount(total['credit'])}. Debit is positive.")
    if search.is_empty:
        _show_rejected(desk)


def _show_search() -> None:
    """Show what is looked for, as the address has it, and put what is typed into the address."""
    with st.form("search", border=True):
        first_row, second_row = st.columns(3), st.columns(4)
        typed = {
            "account": first_row[0].text_input(
                "Account", asked_text("account"), help="A number, a range such as 3000-3999, or a part of its name."
            ),
            "party": first_row[1].text_input(
                "Customer or supplier", asked_text("party"), help="A part of the name, or the whole id."
            ),
            "text": first_row[2].text_input(
                "Text", asked_text("text"), help="In the comment, a name, an invoice number, a KID or a document id."
            ),
            "voucher": second_row[0].text_input("Voucher", asked_text("voucher"), help="Its number, or its id."),
            "amount": second_row[1].text_input(
                "Amount", asked_text("amount"), help="One amount, whatever its sign, or a range such as 1000..2000."
            ),
        }
        days = {
            "first": second_row[2].date_input("From", asked_day("first"), format="YYYY-MM-DD"),
            "last": second_row[3].date_input("To, included", asked_day("last"), format="YYYY-MM-DD"),
        }
        orders = [one.value for one in LineOrder]
        asked = asked_text("order")
        third_row = st.columns([2, 1, 1, 4], vertical_alignment="bottom")
        order = third_row[0].selectbox("Order", orders, index=orders.index(asked) if asked in orders else 0)
        is_asked = third_row[1].form_submit_button("Search", type="primary", width="stretch")
        is_cleared = third_row[2].form_submit_button("Clear", width="stretch")
    if is_cleared:
        _put_into_address({})
        st.rerun()
    if is_asked:
        kept = {name: f"{value}" for name, value in {**typed, **days}.items() if value}
        _put_into_address({**kept, "customer_id": asked_text("customer_id"), "order": order})


def _put_into_address(asked: dict[str, str]) -> None:
    kept = {"organization": asked_text("organization"), **asked}
    st.query_params.from_dict({name: value for name, value in kept.items() if value})


def _line_columns(desk: Desk) -> list[Shown]:
    return [
        Shown("posting_date", "Posted", ShownAs.DAY, link=lambda row: desk.link("line", line=row["line_id"])),
        Shown("voucher_number", "Voucher", ShownAs.NUMBER, link=lambda row: desk.link("line", line=row["line_id"])),
        Shown("account_number", "Account", ShownAs.NUMBER),
        Shown("account_name", "Name"),
        Shown("party_name", "Party"),
        Shown("invoice_number", "Invoice"),
        Shown("tax_number", "VAT code", ShownAs.NUMBER),
        Shown("comment", "Comment"),
        *amounts(amount=f"Amount {desk.currency}".strip()),
    ]


def _show_rejected(desk: Desk) -> None:
    rejected = rejected_lines(desk.books, desk.organization)
    if rejected:
        st.subheader("Lines that could not be read", anchor=False)
        columns = [
            Shown("partition_date", "Landed under", ShownAs.DAY),
            Shown("line_id", "Line"),
            Shown("reason", "Why"),
        ]
        st.html(html_table(rejected, columns))
        st.caption("They stand in no figure until they can be read.")


@screen("Ledger line")
def show_line(desk: Desk) -> None:
    """Show one line, its voucher, and the record behind it."""
    line_id = asked_text("line")
    found = read_lines(desk.books, desk.organization, line_id)
    if not found:
        st.info("The published books have no line with this id. Look it up under Ledger.")
        return
    if len(found) > 1:
        st.warning(f"The ERP gave the id of this line {len(found)} times.")
    for line in found:
        _show_fields(line)
    _show_voucher(desk, found[0])
    _show_record(desk, line_id, found[0]["posting_date"])


def _show_fields(line: BookRow) -> None:
    st.markdown(
        f"Voucher **{line['voucher_number']}** of **{line['posting_date']}**, account **{line['account_number']}** "
        f"{escape_markdown(line['account_name'] or '')}: **{spell_amount(line['amount'])}**"
    )
    fields = [
        {"field": name.replace("_", " "), "value": spell_shown(value, _kind_of(name))}
        for name, value in line.items()
        if value is not None
    ]
    with st.expander("Every field", expanded=False):
        st.html(html_table(fields, [Shown("field", "Field"), Shown("value", "Value")]))


def _kind_of(name: str) -> ShownAs:
    return ShownAs.AMOUNT if name in _SHOWN_AS_AMOUNT else ShownAs.TEXT


def _show_voucher(desk: Desk, line: BookRow) -> None:
    st.subheader("Its voucher", anchor=False)
    if line["voucher_id"] is None:
        st.info("The line names no voucher.")
        return
    lines = voucher_lines(desk.books, desk.organization, line["voucher_id"])
    total = sum_voucher(desk.books, desk.organization, line["voucher_id"])
    tell_limit(len(lines), total["lines"], "lines")
    st.html(html_table(lines, _line_columns(desk), {"comment": "Sum", "amount": total["amount"]}))
    if total["amount"] is not None and total["amount"] != 0:
        st.error("The voucher does not sum to zero.")


def _show_record(desk: Desk, line_id: str, posting_date: date) -> None:
    st.subheader("As the API sent it", anchor=False)
    records = raw_records(desk.books, desk.landing, desk.organization, line_id, posting_date)
    if not records:
        st.info("The raw files hold no record with this id: the day has landed again since, or raw/ is not here.")
    for record in records:
        where = f"finago/transactionlines of {record.day}, record {record.ordinal:,} (counted from 0)"
        st.caption(f"{where}, fetched {spell_moment(record.fetched_at)} Oslo time.")
        if record.moved:
            st.warning("The day has landed again since the build: the record lies at another place now.")
        st.code(indent_json(record.payload), language="json")
