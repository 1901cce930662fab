"""What Streamlit runs: the pages and how one gets from one to the next. Started by `finago-assets look` alone."""

from __future__ import annotations

import streamlit as st
from PIL import Image

from finago_assets.look.screens.ageing_screen import show_ageing
from finago_assets.look.screens.landing_screen import show_landing
from finago_assets.look.screens.ledger_screen import show_ledger, show_line
from finago_assets.look.screens.overview_screen import show_overview
from finago_assets.look.screens.tie_out_screen import show_tie_out
from finago_assets.look.screens.vat_screen import show_vat


def run_desk() -> None:
    """Show the page that the address names."""
    # an icon of Streamlit's own by its name, or an emoji, would be fetched from fonts.gstatic.com (1.67)
    st.set_page_config(page_title="Finago books", page_icon=Image.new("RGB", (32, 32), "#1f7a5a"), layout="wide")
    pages = [
        st.Page(show_overview, title="Overview", icon=":material/home:", default=True),
        st.Page(show_ledger, title="Ledger", icon=":material/search:", url_path="ledger"),
        st.Page(show_ageing, title="Receivables and payables", icon=":material/schedule:", url_path="ageing"),
        st.Page(show_tie_out, title="Tie-out", icon=":material/balance:", url_path="tie-out"),
        st.Page(show_vat, title="VAT", icon=":material/percent:", url_path="vat"),
        st.Page(show_landing, title="Landing", icon=":material/download_done:", url_path="landing"),
        st.Page(show_line, title="Ledger line", url_path="line", visibility="hidden"),
    ]
    st.navigation(pages).run()


if __name__ == "__main__":
    run_desk()
