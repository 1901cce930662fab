"""What a dbt test vouches for, in the words that stand at the head of its file: the description of its check in the UI.

Owns finding those words. dbt's own tests have none.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from finago_assets.orchestration.dbt_project import PROJECT_DIR

if TYPE_CHECKING:
    from collections.abc import Mapping

# the first comment of a file: lines of SQL's, or one of Jinja's
_HEAD: Final = re.compile(r"\s*(?:((?:--[^\n]*\n)+)|\{#-?(.*?)-?#\})", re.DOTALL)
_NOT_FOR_PEOPLE: Final = re.compile(r"^-- depends_on:.*$", re.MULTILINE)


def description_of(manifest: Mapping[str, Any], test: str) -> str | None:
    """Return the words at the head of a test's file, None where there are none or the test is dbt's own."""
    node = manifest["nodes"][test]
    if "test_metadata" not in node:
        return _head(node["raw_code"])
    name = f"test_{node['test_metadata']['name']}"
    macro = manifest["macros"].get(f"macro.{node['package_name']}.{name}")
    return None if macro is None else _head_of_file(macro["original_file_path"])


@lru_cache
def _head_of_file(path: str) -> str | None:
    return _head((PROJECT_DIR / path).read_text())


def _head(text: str) -> str | None:
    found = _HEAD.match(_NOT_FOR_PEOPLE.sub("", text))
    if found is None:
        return None
    lines = (found[1] or found[2]).splitlines()
    return " ".join(line.removeprefix("--").strip() for line in lines).strip() or None
