"""YAML in which every value is the text that stands there, and no name stands twice.

Owns the reading. YAML's guesses are left out, because an id 0123 would be an octal number and `no` a false; of a
doubled name YAML keeps the last, and the first would be overlooked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Hashable


class _Doubled(yaml.YAMLError):
    """A key that stands twice in one place."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line


class _Texts(yaml.BaseLoader):
    """Reads every scalar as text, and refuses a doubled key."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, object]:  # noqa: FBT001, FBT002  the loader's own signature
        found = super().construct_mapping(node, deep=deep)
        if len(found) < len(node.value):
            raise _Doubled(node.start_mark.line + 1)
        return found


def read_texts(text: str) -> object:
    """Return what a document holds: lists, mappings and texts. Raises ValueError with the line, never with its text."""
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
    raise ValueError(why)
