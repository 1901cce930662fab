"""VAT: each term by code as the ledger has it, and the lines behind a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import streamlit as st

from finago_assets.core.amounts import spell_amount
from finago_assets.look.screens.frame import asked_text, choose, screen, tell_limit
from finago_assets.look.table import Shown, ShownAs, amounts, html_table, spell_moment
from finago_assets.look.vat import VatCode, sum_vat_lines, vat_codes, vat_lines, vat_terms

if TYPE_CHECKING:
    from collections.abc import Sequence

    from finago_assets.look.books import BookRow
    from finago_assets.look.screens.frame import Desk


@screen("VAT")
def show_vat(desk: Desk) -> None:
    """Show a term's codes, and the lines of the one that the address names."""
    terms = vat_terms(desk.books, desk.organization)
    if not terms:
        st.info("The books have no VAT yet.")
        return
    st.caption("A preview of the VAT return from the ledger, not the return itself.")
    named = {f"{row['period']:%Y-%m} to {row['period_end']:%Y-%m}": row for row in terms}
    left, _ = st.columns([1, 2])
    with left:
        term = named[choose("Term", [*named], "term")]
    _tell_term(term)
    codes = vat_codes(desk.books, desk.organization, term["period"])
    rows = [{**row, "code": "none" if row["tax_number"] is None else row["tax_number"]} for row in codes]
    st.html(html_table(rows, _code_columns(desk), {"tax_name": "Sum", "tax_amount": term["tax_amount"]}))
    st.caption("Debit is positive, so output VAT is negative. A code leads to the lines of its base.")
    _show_lines(desk, codes)


def _tell_term(term: BookRow) -> None:
    settled = "not settled yet" if term["settled_at"] is None else f"settled {spell_moment(term['settled_at'])}"
    owed = term["owed"]
    what = "To pay" if owed is None or owed >= 0 else "To get back"
    st.metric(f"{what} ({settled})", spell_amount(owed if owed is None else abs(owed)))
    if term["late_tax_amount"]:
        st.warning(f"VAT of {spell_amount(term['late_tax_amount'])} was posted after the term was settled.")


def _code_columns(desk: Desk) -> list[Shown]:
    def to_lines(row: BookRow) -> str:
        term = f"{row['period']:%Y-%m} to {row['period_end']:%Y-%m}"
        return desk.link("vat", term=term, code=_key(VatCode.of(row)))

    return [
        Shown("code", "Code", link=to_lines),
        Shown("tax_name", "Name"),
        Shown("standard_tax_code", "SAF-T"),
        Shown("standard_tax_name", "Standard code is for"),
        Shown("rate", "Rate %", ShownAs.NUMBER),
        Shown("direction", "Direction"),
        *amounts(base_amount="Base", tax_amount="VAT", late_tax_amount="VAT after settlement"),
        Shown("tax_source", "VAT is"),
    ]


def _key(code: VatCode) -> str:
    rate = "" if code.rate is None else f"{code.rate.normalize():f}"
    number = "" if code.tax_number is None else f"{code.tax_number}"
    return "/".join((number, code.standard_tax_code or "", rate))


def _show_lines(desk: Desk, codes: Sequence[BookRow]) -> None:
    asked = asked_text("code")
    code = next((one for one in map(VatCode.of, codes) if _key(one) == asked), None)
    if code is None:
        return
    named = "VAT without a code" if code.tax_number is None else f"code {code.tax_number}"
    st.subheader(f"Lines of {named}", anchor=False)
    lines = vat_lines(desk.books, desk.organization, code)
    total = sum_vat_lines(desk.books, desk.organization, code)
    tell_limit(len(lines), total["lines"], "lines", "The sums are of all.")
    if not lines:
        st.info("No line is a base of it: this is VAT that moved on a VAT account without a code that explains it.")
        return
    st.html(html_table(lines, _vat_line_columns(desk), {"comment": "Sum", **total}))


def _vat_line_columns(desk: Desk) -> list[Shown]:
    return [
        Shown("posting_date", "Posted", ShownAs.DAY, link=lambda row: desk.link("line", line=row["line_id"])),
        Shown("period_date", "Counts on", ShownAs.DAY),
        Shown("voucher_number", "Voucher", ShownAs.NUMBER),
        Shown("account_number", "Account", ShownAs.NUMBER),
        Shown("account_name", "Name"),
        Shown("party_name", "Party"),
        Shown("comment", "Comment"),
        *amounts(tax_base="Base", tax_amount="VAT"),
    ]
