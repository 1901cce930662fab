"""What every page has in common: the published file opened anew, whose books are shown, as of when, and plain errors.

Owns the sidebar and the turning of an error into a sentence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

import streamlit as st

from finago_assets.core.errors import FinagoError, NotProven, RequestRefused
from finago_assets.look.books import open_published
from finago_assets.look.overview import list_organizations
from finago_assets.look.table import link_to, spell_moment
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from finago_assets.core.landing.model import Landing
    from finago_assets.look.books import BookRow, OpenBooks

CHOSEN_ORGANIZATION: Final = "organization"
# a page of figures begins at its top
_CLOSER: Final = "<style>.stMainBlockContainer {padding: 2.5rem 2.5rem 2rem}</style>"


@dataclass(frozen=True, slots=True)
class Desk:
    """What a page is given. `currency` is the organization's own, which amounts are in; empty where nobody knows."""

    books: OpenBooks
    landing: Landing
    organization: str
    name: str
    currency: str

    def link(self, page: str, **parameters: object) -> str:
        """Return the address of a page over the same organization's books."""
        return link_to(page, organization=self.organization, **parameters)


def screen(title: str) -> Callable[[Callable[[Desk], None]], Callable[[], None]]:
    """Make a page of a function that is given the desk. What it shows is of one published file from first to last."""

    def decorated(show: Callable[[Desk], None]) -> Callable[[], None]:
        @wraps(show)
        def run() -> None:
            st.html(_CLOSER)
            st.title(title, anchor=False)
            try:
                settings = read_settings()
                with open_published(settings.data_dir) as books:
                    chosen = _choose_organization(list_organizations(books))
                    _tell_file(books)
                    if chosen is None:
                        st.info("The published file holds no organization's books yet: nothing has landed.")
                        return
                    name = chosen["organization_name"] or chosen["organization_id"]
                    organization = chosen["organization_id"]
                    show(Desk(books, settings.landing, organization, name, chosen["base_currency"] or ""))
            except NotProven as error:
                st.info(str(error))
            except RequestRefused as error:
                # it repeats what the address says, which somebody else may have made
                st.error(escape_markdown(str(error)))
            except FinagoError as error:
                st.error(str(error))

        return run

    return decorated


def _tell_file(books: OpenBooks) -> None:
    built = spell_moment(books.built_at)
    st.sidebar.caption(f"As of the build of **{built}**, Oslo time. Read-only: nothing here changes anything.")
    before = st.session_state.get("built")
    if before is not None and before != books.built_at:
        st.info(f"A newer build was published meanwhile: this page shows that of {built}.")
    st.session_state["built"] = books.built_at


def _choose_organization(there: Sequence[BookRow]) -> BookRow | None:
    if not there:
        return None
    names = {row["organization_id"]: row["organization_name"] or row["organization_id"] for row in there}
    asked = st.query_params.get(CHOSEN_ORGANIZATION) or st.session_state.get(CHOSEN_ORGANIZATION)
    ids = [*names]
    chosen = asked if asked in names else ids[0]
    if len(ids) > 1:
        picked = st.sidebar.selectbox(
            "Organization", ids, index=ids.index(chosen), format_func=lambda one: f"{names[one]} ({one})"
        )
        if picked != chosen:
            # what was asked for of the one before says nothing of this one
            st.query_params.from_dict({CHOSEN_ORGANIZATION: picked})
            chosen = picked
    else:
        st.sidebar.markdown(f"**{escape_markdown(names[chosen])}**")
    st.session_state[CHOSEN_ORGANIZATION] = chosen
    return next(row for row in there if row["organization_id"] == chosen)


def escape_markdown(text: str) -> str:
    """Keep a name's signs from being read as Markdown."""
    return "".join(f"\\{sign}" if sign in r"\`*_{}[]<>()#+-.!|~$:" else sign for sign in text)


def asked_text(name: str) -> str:
    """Return what the address says of a parameter, or nothing."""
    return str(st.query_params.get(name, ""))


def asked_day(name: str) -> date | None:
    """Return the day that the address says; None where it says none, or what is none."""
    try:
        return date.fromisoformat(asked_text(name))
    except ValueError:
        return None


def choose(label: str, options: Sequence[Any], name: str, spell: Callable[[Any], str] = str) -> Any:  # noqa: ANN401
    """Let a person choose one of the options, the one that the address names at first; the address follows."""
    asked = asked_text(name)
    at_first = next((n for n, one in enumerate(options) if spell(one) == asked), 0)
    picked = st.selectbox(label, options, index=at_first, format_func=spell)
    if spell(picked) != asked and (asked or picked != options[0]):
        st.query_params[name] = spell(picked)
    return picked


def tell_limit(shown: int, there: int, what: str, advice: str = "") -> None:
    """Say how many rows there are, and that not all are shown where that is so."""
    if shown < there:
        st.warning(f"Shown: the first {shown:,} of {there:,} {what}. {advice}".strip())
    else:
        st.caption(f"{what.capitalize()}: {there:,}.")
