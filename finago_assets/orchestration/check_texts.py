"""What a dbt test vouches for, in words: the description of its check in the UI.

Owns where those words stand: at the head of a test's file, or made of the arguments of the test that judges the rows
of one model. dbt's own tests have none.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from finago_assets.core.warehouse.sql_comment import read_leading_comment
from finago_assets.orchestration.dbt_project import dbt_folder

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

ROWS_ARE_SOUND: Final = "rows_are_sound"
_ODD: Final = "a field cannot be read, text was damaged on the way, or a record came more than once"


def description_of(manifest: Mapping[str, Any], test: str) -> str | None:
    """Return what a test vouches for, None where nobody said so or the test is dbt's own."""
    node = manifest["nodes"][test]
    if "test_metadata" not in node:
        return read_leading_comment(node["raw_code"])
    if node["test_metadata"]["name"] == ROWS_ARE_SOUND:
        return sentences(node["test_metadata"]["kwargs"])
    name = f"test_{node['test_metadata']['name']}"
    macro = manifest["macros"].get(f"macro.{node['package_name']}.{name}")
    return None if macro is None else _head_of_file(dbt_folder() / macro["original_file_path"])


def sentences(declared: Mapping[str, Any]) -> str:
    """Return what a model vouches for: what withholds publication where it is broken, then what is only warned of."""
    warns, asked = declared.get("warns", ()), declared.get("only_where", {})

    def where(what: str) -> str:
        return f" where {asked[what]}" if what in asked else ""

    key = _join_words(declared.get("key", ()))
    never_null = declared.get("never_null", ())
    values = {column: _join_words(map(str, allowed), "or") for column, allowed in declared.get("values", {}).items()}

    blocking = []
    if key and "key" not in warns:
        blocking.append(f"One row for each {key}{where('key')}.")
    everywhere = [column for column in never_null if column not in asked]
    if everywhere:
        blocking.append(f"{_join_words(everywhere)} {'is' if len(everywhere) == 1 else 'are'} never empty.")
    blocking += [f"{column} is never empty{where(column)}." for column in never_null if column in asked]
    blocking += [f"{column} is {allowed}{where(column)}." for column, allowed in values.items() if column not in warns]
    if declared.get("landed"):
        blocking.append(f"Every amount, key and day of the records is here as it was sent{where('_lost')}.")

    named = []
    if key and "key" in warns:
        named.append(f"several rows have the same {key}{where('key')}")
    named += [f"{column} is not {allowed}{where(column)}" for column, allowed in values.items() if column in warns]
    if declared.get("present"):
        named.append(f"{_join_words(declared['present'], 'or')} is empty")
    named += [
        f"{column} names no row of {place.partition('.')[0]}{where(column)}"
        for column, place in declared.get("known", {}).items()
    ]
    if declared.get("landed"):
        named.append(_ODD)

    said = [*blocking, "Rows that break this withhold publication."] if blocking else []
    return " ".join([*said, *([f"A warning where {'; '.join(named)}."] if named else [])])


def _join_words(words: Iterable[str], last: str = "and") -> str:
    *before, end = [*words] or [""]
    return f"{', '.join(before)} {last} {end}" if before else end


@lru_cache
def _head_of_file(path: Path) -> str | None:
    return read_leading_comment(path.read_text())
