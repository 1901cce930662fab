"""Ages: who owes us and whom we owe, by how long it is overdue, and one party's open items."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from finago_assets.look.ageing import (
    Subledger,
    aged_parties,
    as_of_dates,
    open_items_of,
    sum_ages,
    sum_open_items,
)
from finago_assets.look.screens.frame import asked_text, choose, escape_markdown, screen, tell_limit
from finago_assets.look.table import Shown, ShownAs, amounts, html_links, html_table

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.look.books import BookRow
    from finago_assets.look.screens.frame import Desk

NO_PARTY = "(none)"


@screen("Receivables and payables")
def show_ageing(desk: Desk) -> None:
    """Show parties by age, or the open items of the one that the address names."""
    dates = as_of_dates(desk.books, desk.organization)
    if not dates:
        st.info("There are no open items yet.")
        return
    left, right, _ = st.columns([1, 1, 2])
    with left:
        side = choose("Side", [*Subledger], "side", lambda one: f"{one.value}s")
    with right:
        as_of = choose("As of", dates, "as_of")
    party = asked_text("party")
    if party:
        _show_items(desk, side, as_of, None if party == NO_PARTY else party)
    else:
        _show_parties(desk, side, as_of)


def _show_parties(desk: Desk, side: Subledger, as_of: date) -> None:
    parties = aged_parties(desk.books, desk.organization, side, as_of)
    total = sum_ages(desk.books, desk.organization, side, as_of)
    tell_limit(len(parties), total["parties"], "parties", "The sums are of all.")

    def to_items(row: BookRow) -> str:
        party = row["customer_id"] or NO_PARTY
        return desk.link("ageing", side=f"{side.value}s", as_of=as_of, party=party)

    columns = [
        Shown("party", "Party", link=to_items),
        Shown("customer_id", "Id"),
        *amounts(
            not_due="Not due",
            days_1_30="1 to 30 days",
            days_31_60="31 to 60",
            days_61_90="61 to 90",
            days_over_90="Over 90",
            unallocated="Unallocated",
            total="Total",
        ),
    ]
    rows = [{**row, "party": row["party_name"] or row["customer_id"] or "Lines without a party"} for row in parties]
    st.html(html_table(rows, columns, {"party": "All parties", **total}))
    st.caption(
        "Debit is positive, so what we owe is negative. Unallocated: credit notes, prepayments, and openings without "
        "detail."
    )


def _show_items(desk: Desk, side: Subledger, as_of: date, customer_id: str | None) -> None:
    items = open_items_of(desk.books, desk.organization, side, as_of, customer_id)
    total = sum_open_items(desk.books, desk.organization, side, as_of, customer_id)
    name = next((item["party_name"] for item in items if item["party_name"]), customer_id or "Lines without a party")
    st.subheader(f"Open items of {escape_markdown(name)}", anchor=False)
    back = desk.link("ageing", side=f"{side.value}s", as_of=as_of)
    st.html(html_links([("All parties", back)]))
    tell_limit(len(items), total["items"], "open items", "The sum is of all.")

    def to_lines(row: BookRow) -> str:
        if row["invoice_number"]:
            return desk.link("ledger", customer_id=customer_id, text=row["invoice_number"])
        return desk.link("ledger", customer_id=customer_id, account=row["account_number"])

    columns = [
        Shown("item", "Item", link=to_lines),
        Shown("item_kind", "Is"),
        Shown("account_number", "Account", ShownAs.NUMBER),
        Shown("item_date", "Posted", ShownAs.DAY),
        Shown("due_date", "Due", ShownAs.DAY),
        Shown(
            "days_overdue", "Days overdue", ShownAs.COUNT, tone=lambda row: "bad" if row["days_overdue"] > 90 else ""
        ),
        Shown("currency_code", "Currency"),
        *amounts(open_amount_currency="Open in currency", original_amount="Was", open_amount="Open"),
    ]
    rows = [{**item, "item_kind": item["item_kind"].replace("_", " ")} for item in items]
    st.html(html_table(rows, columns, {"item": "Sum", "open_amount": total["open_amount"]}))
