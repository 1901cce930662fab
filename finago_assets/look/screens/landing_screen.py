"""Landing: how far each endpoint has landed, when it was fetched last, and which days are missing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

import streamlit as st

from finago_assets.core.errors import Locked
from finago_assets.look.landing import built_from, landing_statuses, read_landed
from finago_assets.look.screens.frame import screen
from finago_assets.look.table import Shown, ShownAs, html_table

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from finago_assets.look.landing import LandingStatus
    from finago_assets.look.screens.frame import Desk

MOST_SPANS: Final = 5


@screen("Landing")
def show_landing(desk: Desk) -> None:
    """Show the endpoints of the organization and of none, those with missing days first."""
    built = built_from(desk.books)
    try:
        landed = read_landed(desk.books.file.parent, desk.landing, built)
    except Locked as error:
        st.warning(f"{error} Shown is what the published build was made of.")
        landed = built
    shown = [one for one in landing_statuses(landed, built) if one.organization in {desk.organization, ""}]
    others = sorted({organization for _, organization in landed} - {desk.organization, ""})
    if not shown:
        st.info("Nothing of this organization lies in the raw files.")
        return
    _tell_holes(shown)
    if not desk.books.has_details:
        st.caption("The whole build (finago_details.duckdb) is not here, so nothing tells which days it was made of.")
    in_order = sorted(shown, key=lambda one: (-one.missing_days, one.endpoint))
    st.html(html_table([_landing_row(one) for one in in_order], _STATUS_COLUMNS))
    st.caption(
        "A list is landed whole each time: its rows are those of the newest. Newer: days that landed after the "
        "published build, or again with another content; the next run builds them."
    )
    if others:
        st.caption(f"Landed under other ids: {', '.join(others)}.")


def _tell_holes(shown: Sequence[LandingStatus]) -> None:
    holes = [one for one in shown if one.holes]
    if holes:
        missing = sum(one.missing_days for one in holes)
        st.warning(
            f"{missing:,} days are missing between the first and the last landed day of {len(holes):,} endpoints. "
            "Backfill them in the Dagster UI."
        )
    else:
        st.success("No day is missing between the first and the last that has landed.")


def _landing_row(one: LandingStatus) -> dict[str, object]:
    return {
        **asdict(one),
        "kind": "list" if one.is_list else "by day",
        "missing": one.missing_days,
        "spans": _spell_spans(one.holes),
    }


def _spell_spans(holes: Sequence[tuple[date, date]]) -> str | None:
    spelled = [f"{first}" if first == last else f"{first} to {last}" for first, last in holes[:MOST_SPANS]]
    more = [f"and {len(holes) - MOST_SPANS:,} more"] if len(holes) > MOST_SPANS else []
    return ", ".join([*spelled, *more]) or None


_STATUS_COLUMNS: Final = (
    Shown("endpoint", "Endpoint"),
    Shown("kind", "Kind"),
    Shown("days", "Days landed", ShownAs.COUNT),
    Shown("first", "First", ShownAs.DAY),
    Shown("last", "Last", ShownAs.DAY),
    Shown("fetched_at", "Last fetched (Oslo)", ShownAs.MOMENT),
    Shown("rows", "Rows", ShownAs.COUNT),
    Shown("missing", "Missing days", ShownAs.COUNT, tone=lambda row: "bad" if row["missing"] else "quiet"),
    Shown("spans", "Which"),
    Shown("newer", "Newer", ShownAs.COUNT, tone=lambda row: "" if row["newer"] else "quiet"),
)
