"""A registry in a YAML file: every value as the text that stands there.

Owns the reading. YAML's guesses are left out, because an id 0123 would be an octal number and `no` a false.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

from finago_assets.core.errors import SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Hashable
    from pathlib import Path

_SHAPE = "it takes one list under `connections:`, each item with name, organization_id and its credentials"


class _Doubled(yaml.YAMLError):
    """A key that stands twice in one place."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class _Texts(yaml.BaseLoader):
    """Reads every scalar as text, and refuses a doubled key, of which YAML keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002  the loader's own signature
        found = super().construct_mapping(node, deep=deep)
        if len(found) < len(node.value):
            raise _Doubled(node.start_mark.line + 1)
        return found


def rows_of_file(path: Path) -> list[object]:
    """Return the items of the list. Raises SettingInvalid with the line, never with its text."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        raise SettingInvalid(f"The registry {path} cannot be read as text; check the path and its rights.") from None
    document = _parse_registry(path, text)
    rows = document.get("connections") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(rows, list) or len(document) > 1:
        raise SettingInvalid(f"The registry {path} has another shape: {_SHAPE}.")
    return rows


def _parse_registry(path: Path, text: str) -> object:
    loader = None
    try:
        loader = _Texts(text)
        return loader.get_single_data()
    except _Doubled as fault:
        why = f"a name stands twice in the entry of line {fault.line}"
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        why = "it is no YAML" if mark is None else f"it is no YAML from line {mark.line + 1} on"
    except (yaml.YAMLError, RecursionError, ValueError):
        why = "it is no YAML"
    finally:
        if loader is not None:
            loader.dispose()
    raise SettingInvalid(f"The registry {path} cannot be read: {why}.")
