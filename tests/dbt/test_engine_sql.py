"""What only DuckDB understands stands in one folder of macros; models, tests and other macros are plain SQL."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests.dbt.warehouse import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

ENGINE: Final = PROJECT / "macros" / "engine"
# by what stands in its place: how a construct is known, and one of each kind
CONSTRUCTS: Final = {
    "choose_partitions": (r"\bgetvariable\b|\bset variable\b", ["getvariable('x')", "set variable x = 1"]),
    "landed_partitions": (r"\bglob\(|\bread_parquet\b|\bparquet_\w+\(", ["glob('*')", "parquet_kv_metadata('x')"]),
    "typed": (r"\bfrom_json\b|\bto_json\b|\bjson_\w+\(", ["from_json(x, '')", "json_type(x)"]),
    "payment_reference_key and its kind": (r"\bregexp_\w+\(", ["regexp_replace(x, 'a', 'b')"]),
    "one_row_each, each_month": (
        r"\bunnest\(|\bgenerate_series\(",
        ["unnest(x)", "generate_series(a, b, interval 1 month)"],
    ),
    "engine/lists.sql": (
        r"\blist\(|\blist_(?!amount)\w+\(|\barray_\w+\(|\bmap_(?!of|as_text)\w+\(|\blen\(|\bstring_split\(|\blambda\b",
        ["list(x)", "list_filter(x, lambda y: y)", "map_entries(x)", "len(x)", "array_agg(x)"],
    ),
    "second_lowest, lowest_listed": (r"\b(min|max)\([^()]+, *[0-9]+\)", ["min(x, 2)[2]"]),
    "min_by, max_by": (r"\barg_(min|max)\(", ["arg_min(x, y)"]),
    "sum(case when ...)": (r"\bcount_if\(", ["count_if(x)"]),
    "cast": (r"[\w)]::\w", ["x::date", "(x)::date"]),
    "whole, quotient": (r"//|\bhugeint\b", ["x // 2", "cast(x as hugeint)"]),
    "engine/dates.sql": (r"\btimezone\(|\bmake_date\(|\bto_months\(|\bdate_diff\(", ["make_date(2024, 1, 1)"]),
    "days_between": (r"(_date|_of|\}\}) - \w+\.\w+_(date|of)\b", ["s.as_of - s.due_date", "{{ as_of }} - s.due_date"]),
    "a join on a range": (r"\basof\b", ["a asof left join b"]),
    "a window of its own": (
        r"\bover \(\s*(?!(partition|order|rows|range)\b)\w+\s+order\b",
        ["over (items order by x)"],
    ),
    "min(...) over = max(...) over": (r"\(distinct [^()]+\) over\b", ["count(distinct x) over w"]),
    "exists": (r"\) in \(\s*select \(", ["(a, b) in (select (c, d) from t)"]),
    "table_macro": (r"\bcreate or replace macro\b", ["create or replace macro x() as 1"]),
    "plain joins and unions": (
        r"\bunion all by name\b|\b(semi|anti|positional) join\b",
        ["union all by name", "a semi join b"],
    ),
}
# looked at one by one: the plain spelling would be slower
EXCEPTIONS: Final = {
    # a balance of each day for each month: joined on a range, every month of an account meets every day of it
    ("int_subledger_openings", "a join on a range"),
    # compared as one value, or lines of an organization may all meet each other (see same_row)
    ("int_foreign_lines", "exists"),
}
# comments; texts are not left out, because a macro's argument is one
_COMMENT: Final = re.compile(r"\{#.*?#\}|--[^\n]*", re.DOTALL)


def _found() -> Iterator[tuple[str, str]]:
    """Every construct in the project's SQL outside the folder: the file it stands in, and what should stand there."""
    for path in sorted(PROJECT.rglob("*.sql")):
        if "target" in path.relative_to(PROJECT).parts or path.is_relative_to(ENGINE):
            continue
        text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
        for instead, (pattern, _) in CONSTRUCTS.items():
            if re.search(pattern, text, re.IGNORECASE):
                yield path.stem, instead


def test_what_only_duckdb_understands_stands_in_the_folder_of_the_engine_or_was_looked_at() -> None:
    assert set(_found()) == EXCEPTIONS


@pytest.mark.parametrize("instead", CONSTRUCTS)
def test_a_construct_of_each_kind_is_known_by_its_pattern(instead: str) -> None:
    pattern, examples = CONSTRUCTS[instead]
    assert [example for example in examples if not re.search(pattern, example, re.IGNORECASE)] == []


def test_a_macro_of_the_engine_is_called_by_the_name_that_all_engines_share(manifest: dict[str, Any]) -> None:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] != "seed"]
    texts = {node["unique_id"]: node["raw_code"] for node in nodes}
    texts |= {
        key: macro["macro_sql"].partition("%}")[2]
        for key, macro in manifest["macros"].items()
        if macro["package_name"] == "finago"
    }
    assert [key for key, text in texts.items() if "duckdb__" in text] == []


def test_a_macro_that_engines_spell_stands_beside_its_spelling(manifest: dict[str, Any]) -> None:
    macros = {node["name"]: node for node in manifest["macros"].values() if node["package_name"] == "finago"}
    spelled = {name.removeprefix("duckdb__") for name in macros if name.startswith("duckdb__")}
    called = {
        name
        for node in macros.values()
        for name in re.findall(r"adapter\.dispatch\('(\w+)', 'finago'\)", node["macro_sql"])
    }
    # the adapter's own, of which we have another spelling
    assert spelled - called == {"load_csv_rows", "persist_docs"}
    assert called <= spelled
    assert all("/engine/" in macros[f"duckdb__{name}"]["original_file_path"] for name in spelled)
