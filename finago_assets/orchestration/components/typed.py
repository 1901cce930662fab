"""A component's parameters as they stand in its YAML file, in the letters that were typed.

Owns the way back from a value to its text. YAML makes 2739128 of 012345670, a false of NO and 750 of 12:30, and what is
sent would be another customer or another record.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from finago_assets.core.errors import SettingInvalid

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    import dagster as dg

    Position = tuple[int, int]
    """A line and a column, counted from 1."""


def as_typed(context: dg.ResolutionContext, values: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Return parameters with every value as the text of the file. One that comes from no file stays what it is.

    Raises SettingInvalid for a value whose text is not found, naming file and line.
    """
    if values is None:
        return None
    return {name: _find_text(context.at_path(name), name, value) for name, value in values.items()}


def count_as_typed(context: dg.ResolutionContext, value: int | None) -> int | None:
    """Return a count as the number in the file's letters: YAML makes 8 of 010, and 4200 of 70:00.

    Raises SettingInvalid for a text that is no plain number, naming it.
    """
    if value is None:
        return None
    text = str(_find_text(context, f"{context.path[-1]}", value))
    if not text.isascii() or not text.isdigit():
        raise SettingInvalid(f"`{context.path[-1]}` is {text:.40}, which is no plain number; write it in digits.")
    return int(text)


def _find_text(context: dg.ResolutionContext, name: str, value: Any) -> Any:  # noqa: ANN401  whatever YAML can hold
    tree = context.source_position_tree
    if isinstance(value, str) or tree is None:
        return value
    position = tree.lookup(context.path)
    file = Path("" if position is None else position.filename)
    if position is None or not file.is_file():
        return value
    text = _read_texts(file.read_text(encoding="utf-8")).get((position.start.line, position.start.col))
    if text is None:
        raise SettingInvalid(
            f"{file}, line {position.start.line}: `{name}` cannot be read as it was typed; put its value in quotes."
        )
    return text.lower() if isinstance(value, bool) and text.lower() in {"true", "false"} else text


@lru_cache(maxsize=64)
def _read_texts(source: str) -> dict[Position, str]:
    """Return the text of every value by the place of its key."""
    found: dict[Position, str] = {}
    for document in yaml.compose_all(source, yaml.SafeLoader):
        for key, value in _walk_pairs(document):
            if isinstance(value, yaml.ScalarNode):
                found[key.start_mark.line + 1, key.start_mark.column + 1] = value.value
    return found


def _walk_pairs(node: yaml.Node) -> Iterator[tuple[yaml.Node, yaml.Node]]:
    inner: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        yield from node.value
        inner = [value for _, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        inner = node.value
    for one in inner:
        yield from _walk_pairs(one)
