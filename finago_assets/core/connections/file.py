"""A registry in a YAML file: every value as the text that stands there.

Owns the shape of the file. How YAML is read is `core/texts_in_yaml.py`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.errors import SettingInvalid
from finago_assets.core.texts_in_yaml import read_texts

if TYPE_CHECKING:
    from pathlib import Path

_SHAPE = "it takes one list under `connections:`, each item with name, organization_id and its credentials"


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
    try:
        return read_texts(text)
    except ValueError as fault:
        why = f"{fault}"
    raise SettingInvalid(f"The registry {path} cannot be read: {why}.")
