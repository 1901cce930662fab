"""The overview: how the company does, whether the books tie, and what a person should look at first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from finago_assets.core.amounts import spell_amount
from finago_assets.look.ageing import Subledger, as_of_dates, sum_ages
from finago_assets.look.overview import (
    bank_accounts,
    bank_balance,
    failed_checks,
    list_attention,
    monthly_results,
    read_span,
    tie_out_statuses,
)
from finago_assets.look.screens.frame import escape_markdown, screen
from finago_assets.look.table import Shown, ShownAs, amounts, html_links, html_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from finago_assets.look.books import BookRow
    from finago_assets.look.screens.frame import Desk


@screen("Overview")
def show_overview(desk: Desk) -> None:
    """Show the figures, the months, and what needs a look."""
    span = read_span(desk.books, desk.organization)
    currency = f" Amounts are in {desk.currency}." if desk.currency else ""
    st.caption(
        f"{escape_markdown(desk.name)}: {span['lines']:,} ledger lines, "
        f"{span['first_day']} to {span['last_day']}.{currency}"
    )
    months = monthly_results(desk.books, desk.organization)
    _show_figures(desk, months)
    _show_attention(desk)
    st.subheader("Result by month", anchor=False)
    if months:
        _draw_months(months)
        told = [{**row, "landed": "whole" if row["is_whole_month"] else "in part"} for row in months]
        st.html(html_table(told, _month_columns()))
        st.caption("Income is positive. A month that is not whole counts what has landed so far.")
    else:
        st.info("No month has a result yet.")
    st.subheader("Bank", anchor=False)
    balance = {"account_name": "Together", "closing_balance": bank_balance(desk.books, desk.organization)}
    st.html(html_table(bank_accounts(desk.books, desk.organization), _bank_columns(desk), balance))
    st.caption("Accounts that begin with 19, at the end of the newest month.")
    _show_checks(desk)


def _show_figures(desk: Desk, months: Sequence[BookRow]) -> None:
    whole = next((row for row in months if row["is_whole_month"]), None)
    payable = _open_total(desk, Subledger.PAYABLE)
    figures = {
        "Bank balance": bank_balance(desk.books, desk.organization),
        "Customers owe": _open_total(desk, Subledger.RECEIVABLE),
        "We owe suppliers": None if payable is None else -payable,
    }
    # each as wide as its amount, the next row begun where a window is narrow: an amount is never cut
    with st.container(horizontal=True):
        if whole is not None:
            st.metric(
                f"Result of {whole['period']:%Y-%m}",
                spell_amount(whole["result"]),
                None if whole["better"] is None else spell_amount(whole["better"]),
                delta_description="on a year ago",
                border=True,
                width="content",
                height="stretch",
            )
        for label, amount in figures.items():
            st.metric(label, spell_amount(amount), border=True, width="content", height="stretch")


def _open_total(desk: Desk, side: Subledger) -> Decimal | None:
    dates = as_of_dates(desk.books, desk.organization)
    total: Decimal | None = sum_ages(desk.books, desk.organization, side, dates[0])["total"] if dates else None
    return total


def _show_attention(desk: Desk) -> None:
    st.subheader("What needs a look", anchor=False)
    statuses = tie_out_statuses(desk.books, desk.organization)
    ties = statuses["ties"]["account_months"] if "ties" in statuses else 0
    differ = sum(row["account_months"] for status, row in statuses.items() if status not in ("ties", "not landed"))
    if differ:
        st.error(f"{ties:,} account-months tie to the ERP, {differ:,} do not.")
    elif ties:
        st.success(f"All {ties:,} account-months that could be held against the ERP's own balances tie, to the øre.")
    else:
        st.warning("No month could be held against the ERP's own balances yet.")
    found = list(list_attention(desk.books, desk.organization))
    if found:
        st.html(html_links((one.sentence, desk.link(one.page, **one.asked)) for one in found))
    else:
        st.caption("Nothing else: no line was rejected, and nothing is long overdue.")


def _draw_months(months: Sequence[BookRow]) -> None:
    """A picture may round: bars are floats, figures never."""
    in_order = [row for row in reversed(months) if row["result"] is not None]
    data = {
        "month": [f"{row['period']:%Y-%m}" for row in in_order],
        "this year": [float(row["result"]) for row in in_order],
        "a year before": [None if (one := row["result_last_year"]) is None else float(one) for row in in_order],
    }
    st.bar_chart(
        data,
        x="month",
        y=["a year before", "this year"],
        color=["#b8c4c0", "#1f7a5a"],
        stack=False,
        x_label=" ",
        y_label=" ",
        height=340,
    )


def _month_columns() -> list[Shown]:
    return [
        Shown("period", "Month", ShownAs.MONTH),
        *amounts(result="Result", result_last_year="Same month a year before", better="Better by"),
        Shown("landed", "Landed"),
    ]


def _bank_columns(desk: Desk) -> list[Shown]:
    return [
        Shown(
            "account_number",
            "Account",
            ShownAs.NUMBER,
            link=lambda row: desk.link("ledger", account=row["account_number"]),
        ),
        Shown("account_name", "Name"),
        *amounts(closing_balance="Balance"),
    ]


def _show_checks(desk: Desk) -> None:
    warned = failed_checks(desk.books)
    if warned:
        with st.expander(f"{len(warned):,} checks of this build warned, over all organizations"):
            st.html(html_table(warned, [Shown("check_name", "Check"), Shown("rows", "Rows found", ShownAs.COUNT)]))
            st.caption(
                "The Dagster UI shows each check with what it vouches for. The rows themselves are in the schema "
                "`audit` of `finago_details.duckdb`, a table for each check."
            )
