"""What is built again after which change, and what is not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finago_assets.core.landing.model import Content
from finago_assets.core.warehouse.generation import Mark
from finago_assets.core.warehouse.graph import BuildGraph
from finago_assets.core.warehouse.unchanged import State, digests, find_stale, plan_build
from tests.core.warehouse.manifests import manifest_of

if TYPE_CHECKING:
    from collections.abc import Iterable

THEN = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
FIRST, SECOND = date(2026, 2, 27), date(2026, 2, 28)
# lines (every day) -> ledger -> mart; accounts (the newest list) -> mart; months (of manifests: when) -> judged
READS = {"stg_lines": ["api/lines"], "stg_accounts": ["api/accounts"], "months": ["api/lines", "api/accounts"]}
PARENTS = {
    "stg_lines": [],
    "stg_accounts": [],
    "months": [],
    "ledger": ["stg_lines"],
    "mart": ["ledger", "stg_accounts"],
    "judged": ["months"],
    "mart_ours": ["mart"],
    "accounts_books": ["stg_accounts"],
}
TESTS = frozenset({"mart_ours", "accounts_books"})
ALL = frozenset(PARENTS)


def _manifest() -> dict[str, Any]:
    config: dict[str, dict[str, Any]] = {
        "stg_lines": {"materialized": "incremental"},
        "months": {"meta": {"reads": "manifests"}},
    }
    return manifest_of(PARENTS, TESTS, warns={"accounts_books"}, reads=READS, config=config)


GRAPH = BuildGraph.of_manifest(_manifest())


def _content(digest: str, *, rows: int = 1, at: datetime = THEN) -> Content:
    return Content(f"{digest}{at}", digest, rows, at)


LANDED = {
    ("api/lines", "1"): {FIRST: _content("a"), SECOND: _content("b")},
    ("api/accounts", "1"): {SECOND: _content("c", at=THEN + timedelta(minutes=5))},
}
THERE = frozenset(GRAPH.names.values())


def _stale(  # noqa: PLR0913  each test changes one of them
    landed: dict[tuple[str, str], dict[date, Content]],
    *,
    graph: BuildGraph = GRAPH,
    engine: str = "1",
    moved: Iterable[str] = (),
    there: frozenset[str] = THERE,
    settled: Iterable[str] = ALL,
) -> frozenset[str]:
    """Return what is stale now in a warehouse that was built, and settled, of LANDED."""
    before = digests(GRAPH, LANDED, frozenset(moved), "1")
    now = digests(graph, landed, frozenset(moved), engine)
    return find_stale(graph, now, {node: before[node] for node in settled}, there)


def _with(endpoint: str, **days: Content) -> dict[tuple[str, str], dict[date, Content]]:
    changed = {FIRST if name == "first" else SECOND: content for name, content in days.items()}
    return {**LANDED, (endpoint, "1"): {**LANDED[endpoint, "1"], **changed}}


def test_nothing_is_stale_when_everything_landed_again_with_the_same_records() -> None:
    later = {
        key: {
            day: replace(one, stamp="new", fetched_at=one.fetched_at + timedelta(days=1)) for day, one in days.items()
        }
        for key, days in LANDED.items()
    }
    assert _stale(later) == frozenset()


@pytest.mark.parametrize(
    ("landed", "stale"),
    [
        (_with("api/lines", first=_content("A")), ALL - {"stg_accounts", "accounts_books"}),
        (_with("api/accounts", second=_content("C", at=THEN + timedelta(minutes=5))), ALL - {"stg_lines", "ledger"}),
        ({**LANDED, ("api/accounts", "2"): {FIRST: _content("c")}}, ALL - {"stg_lines", "ledger"}),
        ({key: days for key, days in LANDED.items() if key[0] != "api/accounts"}, ALL - {"stg_lines", "ledger"}),
    ],
    ids=["a line edited", "an account renamed", "another organization", "a list gone"],
)
def test_a_change_reaches_what_is_made_of_it_and_nothing_else(
    landed: dict[tuple[str, str], dict[date, Content]], stale: frozenset[str]
) -> None:
    assert _stale(landed) == stale


def test_the_same_list_on_another_day_changes_only_what_is_made_of_the_days_themselves() -> None:
    tomorrow = {SECOND + timedelta(days=1): _content("c", at=THEN + timedelta(days=1))}
    landed = {**LANDED, ("api/accounts", "1"): {**LANDED["api/accounts", "1"], **tomorrow}}
    assert _stale(landed) == {"months", "judged"}


def test_an_empty_day_of_lines_changes_only_what_is_made_of_the_days_themselves() -> None:
    empty = {SECOND + timedelta(days=1): _content("", rows=0)}
    assert _stale({**LANDED, ("api/lines", "1"): {**LANDED["api/lines", "1"], **empty}}) == {"months", "judged"}


def test_balances_that_are_older_than_the_lines_now_are_judged_anew() -> None:
    fetched_later = _with("api/lines", second=_content("b", at=THEN + timedelta(minutes=10)))
    assert _stale(fetched_later) == {"months", "judged"}


def test_which_day_was_fetched_last_matters_only_where_a_record_lies_in_two() -> None:
    fetched_later = _with("api/lines", first=_content("a", at=THEN + timedelta(minutes=1)))
    assert _stale(fetched_later) == frozenset()
    assert _stale(fetched_later, moved=["api/lines"]) == {"stg_lines", "ledger", "mart", "mart_ours"}


def test_a_changed_model_is_stale_with_what_rests_on_it_and_changed_macros_make_everything_stale() -> None:
    edited = _manifest()
    edited["nodes"]["ledger"]["raw_code"] += ", more"
    assert _stale(LANDED, graph=BuildGraph.of_manifest(edited)) == {"ledger", "mart", "mart_ours"}
    assert _stale(LANDED, engine="2") == ALL


def test_a_table_that_is_gone_is_made_again_with_what_rests_on_it() -> None:
    assert _stale(LANDED, there=THERE - {"marts/stg_accounts"}) == {
        "stg_accounts",
        "mart",
        "mart_ours",
        "accounts_books",
    }


def test_what_was_not_settled_is_stale_such_as_a_test_that_failed() -> None:
    assert _stale(LANDED, settled=ALL - {"mart_ours"}) == {"mart_ours"}


def test_a_plan_runs_what_is_stale_keeps_the_rest_and_leaves_out_tests_that_could_tell_nothing() -> None:
    stale = frozenset({"ledger", "mart", "mart_ours"})
    plan = plan_build(GRAPH, ALL, stale, ALL)
    assert (plan.run, plan.kept, plan.idle) == (stale, ALL - stale, frozenset())
    # only `mart` was chosen, over a ledger that is stale and not settled
    plan = plan_build(GRAPH, {"mart", "mart_ours"}, stale, ALL - stale)
    assert (plan.run, plan.kept, plan.idle) == (frozenset({"mart"}), frozenset(), frozenset({"mart_ours"}))


def test_a_table_that_could_not_be_made_again_is_not_settled_by_what_it_was_before() -> None:
    made = digests(GRAPH, LANDED, frozenset(), "1")
    before = Mark("run", THEN, THEN, made)
    state = State(LANDED, LANDED, before, THERE, made, frozenset({"ledger", "mart", "mart_ours"}))
    assert state.made_after(GRAPH, state.stale, state.stale).keys() == ALL
    assert state.made_after(GRAPH, state.stale, ()).keys() == ALL - state.stale
    assert state.made_after(GRAPH, state.stale, {"ledger"}).keys() == ALL - {"mart", "mart_ours"}


@given(st.sets(st.sampled_from(sorted(ALL))), st.sets(st.sampled_from(sorted(ALL))))
def test_whatever_was_settled_nothing_fresh_rests_on_anything_stale(settled: set[str], gone: set[str]) -> None:
    stale = _stale(LANDED, settled=settled, there=THERE - {GRAPH.names[node] for node in gone})
    for node in ALL - stale:
        assert node in settled
        assert not GRAPH.parents[node] & stale
