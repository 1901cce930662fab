"""References to credentials: `env:NAME` and `file:PATH`, followed at run time and nowhere else.

Owns the notation and the words for what is wrong with one. A value typed in a reference's place is never repeated.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from finago_assets.core.connections.place import expanded
from finago_assets.core.errors import SettingInvalid, SettingMissing

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_QUOTATION_MARKS: Final = "\"'"
# names in capitals alone: a value typed in a name's place is then not repeated as one that is not set
_VARIABLE_NAME: Final = re.compile(r"[A-Z_][A-Z0-9_]*")


def check(what: str, reference: str) -> None:
    """Raise SettingInvalid unless the text is a reference. `what` is the thing it leads to."""
    scheme, _, name = reference.partition(":")
    if not (scheme == "env" and _VARIABLE_NAME.fullmatch(name)) and not (scheme == "file" and name):
        raise SettingInvalid(
            f"The {what} must be a reference, env:NAME or file:PATH with a name in capitals, never the value itself."
        )


def follow(environ: Mapping[str, str], what: str, reference: str) -> str:
    """Return what a reference leads to, an empty text when it is not set. Raises SettingInvalid."""
    check(what, reference)
    scheme, _, name = reference.partition(":")
    return read_variable(environ, name) if scheme == "env" else _read_content(what, expanded(name, f"The {what}"))


def read_variable(environ: Mapping[str, str], name: str) -> str:
    """Return what a variable holds, without spaces around it. Raises SettingInvalid for quotation marks around it."""
    value = environ.get(name, "").strip()
    if len(value) > 1 and value[0] == value[-1] and value[0] in _QUOTATION_MARKS:
        raise SettingInvalid(
            f"{name} begins and ends with a quotation mark, which would be taken for a part of it. Take both out: a "
            "shell and a .env file of ours drop them, `docker --env-file` and others do not."
        )
    return value


def follow_all(environ: Mapping[str, str], references: Mapping[str, str], *, advice: str) -> dict[str, str]:
    """Follow each reference, by what it leads to. Raises SettingMissing, which names every empty one at once."""
    found = {what: follow(environ, what, reference) for what, reference in references.items()}
    missing = [_describe_place(what, references[what]) for what, value in found.items() if not value]
    if missing:
        raise SettingMissing(f"Not set: {', '.join(missing)}. {advice}")
    return found


def _read_content(what: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError, ValueError):
        raise SettingInvalid(f"The {what} is to be read from {path}, which cannot be read as text.") from None


def _describe_place(what: str, reference: str) -> str:
    scheme, _, name = reference.partition(":")
    return name if scheme == "env" else f"{what} in {name}"
