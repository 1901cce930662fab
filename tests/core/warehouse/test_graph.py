"""What a build of a part leaves unproven, and which tests can tell something after it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finago_assets.core.warehouse.graph import BuildGraph
from tests.core.warehouse.manifests import manifest_of

# raw -> a -> b -> d, c -> d; `ab` looks at a and b, `d_ours` at d; the books' own test withholds nothing
PARENTS = {"a": [], "c": [], "b": ["a"], "d": ["b", "c"], "ab": ["a", "b"], "d_ours": ["d"], "d_books": ["d"]}
TABLES = frozenset("abcd")
TESTS = frozenset(PARENTS) - TABLES
EVERYTHING = frozenset(PARENTS)


RAW = {key: ["raw"] for key in PARENTS}
GRAPH = BuildGraph.of_manifest(manifest_of(PARENTS, TESTS, warns={"d_books"}, reads=RAW))


def test_the_manifest_is_read_without_sources_and_with_the_tests_that_block() -> None:
    assert GRAPH.tables == TABLES
    assert GRAPH.parents["b"] == {"a"}
    assert GRAPH.blocking == {"ab", "d_ours"}
    assert GRAPH.names["d"] == "marts/d"


def test_a_table_is_known_by_its_name_in_the_warehouse_where_dbt_has_another_for_it() -> None:
    manifest = manifest_of({"reporting_d": []}, (), warns=())
    manifest["nodes"]["reporting_d"] |= {"schema": "reporting", "alias": "d"}
    graph = BuildGraph.of_manifest(manifest)
    assert (graph.names["reporting_d"], graph.dbt_names["reporting_d"]) == ("reporting/d", "reporting_d")


@pytest.mark.parametrize(
    ("selected", "built", "missing"),
    [("d", "", "bc"), ("d", "bc", ""), ("bd", "", "ac"), ("abcd", "", ""), ("a", "", ""), ("d", "b", "c")],
)
def test_what_a_selection_reads_and_nobody_built_is_named(selected: str, built: str, missing: str) -> None:
    assert GRAPH.lacking(selected, built) == list(missing)


def test_a_whole_build_settles_everything() -> None:
    assert GRAPH.settle(TABLES, ()) == TABLES
    assert GRAPH.telling_tests(TABLES, TABLES) == TESTS
    assert GRAPH.settle_run(EVERYTHING, ()) == EVERYTHING
    assert GRAPH.unproven(EVERYTHING) == []


def test_what_failed_read_its_own_endpoints_and_a_test_those_of_the_tables_that_it_looks_at() -> None:
    reads = {"a": ["finago/lines", "other/lines"], "c": ["finago/accounts"]}
    graph = BuildGraph.of_manifest(manifest_of(PARENTS, TESTS, warns={"d_books"}, reads=reads))
    assert graph.read_by("a") == {"finago/lines", "other/lines"}
    assert graph.read_by(["ab"]) == {"finago/lines", "other/lines"}
    assert graph.read_by("bd") == graph.read_by([]) == graph.read_by(["no node"]) == frozenset()


def test_building_one_model_again_unsettles_what_rests_on_it_and_runs_no_test_that_looks_at_both() -> None:
    assert GRAPH.touched("b") == {"b", "d", "ab", "d_ours", "d_books"}
    after = GRAPH.settle("b", EVERYTHING)
    assert after == {"a", "b", "c"}
    assert GRAPH.telling_tests("b", after) == {"ab"}
    proven = GRAPH.settle_run({"b", "ab"}, EVERYTHING)
    assert proven == {"a", "b", "c", "ab"}
    assert [GRAPH.names[key] for key in GRAPH.unproven(proven)] == ["marts/d", "audit/d_ours"]


def test_a_model_that_was_built_over_an_unsettled_one_is_not_settled() -> None:
    assert GRAPH.settle("b", ()) == frozenset()
    assert GRAPH.tests_over("b") - GRAPH.telling_tests("b", ()) == {"ab"}


def test_a_check_run_alone_settles_itself_and_unsettles_nothing() -> None:
    before = TABLES | {"d_books"}
    assert GRAPH.settle_run({"ab"}, before) == before | {"ab"}
    assert GRAPH.settle_run({"ab"}, {"a"}) == {"a"}  # b is not settled, so it proves nothing


def test_a_blocking_test_that_was_left_out_keeps_a_build_from_being_published() -> None:
    assert GRAPH.unproven(GRAPH.settle_run(TABLES, ())) == sorted(["ab", "d_ours"])
    assert GRAPH.unproven(TABLES | {"ab", "d_ours"}) == []


def test_a_model_of_the_users_own_holds_back_nothing_but_the_tests_that_look_at_it() -> None:
    parents = {**PARENTS, "mine": ["d"], "of_mine": ["mine"]}
    graph = BuildGraph.of_manifest(manifest_of(parents, TESTS | {"of_mine"}, warns={"d_books"}, own={"mine"}))
    without = frozenset(parents) - {"mine", "of_mine"}
    assert graph.unproven(without) == []
    assert graph.left_out(without) == {"mine"}
    assert graph.unproven(without | {"mine"}) == ["of_mine"]
    assert graph.unproven(frozenset(parents) - {"b"}) == ["b"]


def test_what_is_beside_the_books_holds_back_nothing_its_tests_included() -> None:
    parents = {**PARENTS, "other": ["d"], "of_other": ["other"], "of_both": ["other", "d"]}
    beside = {"meta": {"beside_the_books": True}}
    config = {"other": beside, "of_other": beside}
    manifest = manifest_of(parents, TESTS | {"of_other", "of_both"}, warns={"d_books"}, config=config)
    graph = BuildGraph.of_manifest(manifest)
    assert graph.beside == {"other", "of_other"}
    assert graph.unproven(frozenset(parents) - {"of_other"}) == []
    assert graph.unproven(frozenset(parents) - {"other", "of_other", "of_both"}) == []
    assert graph.unproven(frozenset(parents) - {"of_both"}) == ["of_both"]
    assert graph.left_out(frozenset(PARENTS)) == {"other"}
    assert graph.unproven(frozenset(parents) - {"b"}) == ["b"]


@given(st.lists(st.sets(st.sampled_from("abcd"), min_size=1), max_size=6))
def test_whatever_is_built_in_whatever_order_a_settled_table_is_never_older_than_what_it_reads(
    builds: list[set[str]],
) -> None:
    settled: frozenset[str] = frozenset()
    built_at = dict.fromkeys(TABLES, -1)
    for moment, selected in enumerate(builds):
        for key in "acbd":  # dbt builds parents first
            if key in selected:
                built_at[key] = moment
        tests = GRAPH.telling_tests(selected, GRAPH.settle(selected, settled))
        settled = GRAPH.settle_run(selected | tests, settled)
    for child, parent in ((c, p) for c in "abcd" for p in PARENTS[c] if c in settled):
        assert parent in settled
        assert built_at[child] >= built_at[parent] >= 0


def test_pieces_in_the_order_of_the_graph_settle_all_of_it_and_run_every_test_once() -> None:
    settled: frozenset[str] = frozenset()
    ran: list[str] = []
    for piece in ("ac", "b", "d"):
        tests = GRAPH.telling_tests(piece, GRAPH.settle(piece, settled))
        ran += tests
        settled = GRAPH.settle_run({*piece, *tests}, settled)
    assert settled == EVERYTHING
    assert sorted(ran) == sorted(TESTS)


def test_what_people_query_is_named_as_it_is_called_in_the_warehouse_and_staging_is_no_part_of_it() -> None:
    called = {"b": ("reporting", "trial_balance"), "c": ("staging", "c")}
    graph = BuildGraph.of_manifest(manifest_of({"a": [], "b": ["a"], "c": []}, set(), warns=set(), called=called))
    assert graph.public.tables == ["marts/a", "reporting/trial_balance"]
