"""The tie-out: the ledger against the ERP's own balances, month by month and account by account."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING, Final

import streamlit as st

from finago_assets.look.screens.frame import choose, screen, tell_limit
from finago_assets.look.table import Shown, ShownAs, amounts, html_table
from finago_assets.look.tie_out import STATUS_ORDER, count_tie_out, tie_out_accounts, tie_out_months

if TYPE_CHECKING:
    from finago_assets.look.books import BookRow
    from finago_assets.look.screens.frame import Desk

_ALL: Final = "all"


@screen("Tie-out")
def show_tie_out(desk: Desk) -> None:
    """Show each month's verdicts, then accounts, those that differ first."""
    months = tie_out_months(desk.books, desk.organization)
    if not months:
        st.info("Nothing could be held against the ERP's own balances yet: /accountbalances has not landed.")
        return
    st.caption("The ledger's movement of each account and month, held against the ERP's own.")
    st.html(html_table(months, _month_columns_of(desk), short=True))
    st.subheader("Accounts, those that differ first", anchor=False)
    left, right, _ = st.columns([1, 1, 2])
    periods = {f"{row['period']:%Y-%m}": row["period"] for row in months}
    with left:
        month = choose("Month", [_ALL, *periods], "month")
    with right:
        status = choose("Status", [_ALL, *STATUS_ORDER], "status")
    period, wanted = periods.get(month), None if status == _ALL else status
    accounts = tie_out_accounts(desk.books, desk.organization, period, wanted)
    there = count_tie_out(desk.books, desk.organization, period, wanted)
    tell_limit(len(accounts), there, "accounts by month", "Choose a month or a status to see the others.")
    told = [{**row, "told": ": ".join(filter(None, (row["status"], row["reason"])))} for row in accounts]
    st.html(html_table(told, _account_columns(desk)))


def _account_columns(desk: Desk) -> list[Shown]:
    def to_lines(row: BookRow) -> str:
        first = row["period"]
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return desk.link("ledger", account=row["account_number"], first=first, last=last)

    return [
        Shown("period", "Month", ShownAs.MONTH, link=to_lines),
        Shown("account_number", "Account", ShownAs.NUMBER, link=to_lines),
        Shown("account_name", "Name"),
        Shown("told", "Status", tone=lambda row: _tone_of_status(row["status"])),
        *amounts(
            ledger_change="Ledger moved",
            reported_change="ERP says",
            difference="Difference",
            opening_difference="Opens differently by",
            ledger_closing="Ledger closes with",
            reported_closing="ERP closes with",
        ),
    ]


def _tone_of_status(status: str) -> str:
    return {"ties": "good", "not landed": "quiet"}.get(status, "bad")


def _month_columns_of(desk: Desk) -> list[Shown]:
    def to_month(row: BookRow) -> str:
        return desk.link("tie-out", month=f"{row['period']:%Y-%m}")

    return [
        Shown("period", "Month", ShownAs.MONTH, link=to_month),
        *(Shown(status.replace(" ", "_"), status.capitalize(), ShownAs.COUNT) for status in STATUS_ORDER),
        *amounts(difference="Differences, without sign"),
        Shown("reason", "Why not judged"),
    ]
