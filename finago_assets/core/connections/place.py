"""A path as people type it in a setting: `~` is the home folder, and what is no path on this machine is refused.

Owns these rules, and telling a path from a database's address. Whether anything is there is for whoever opens it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from finago_assets.core.errors import SettingInvalid

_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://")
_SHELL_VARIABLE: Final = re.compile(r"\$\{?[A-Za-z_]\w*\}?|%[A-Za-z_]\w*%")


def expanded(text: str, what: str) -> Path:
    """Return the path; `what` names the setting. Raises SettingInvalid, which repeats nothing of the text.

    An address or a variable that nothing has filled in would become a folder of that name.
    """
    if _SCHEME.match(text):
        raise SettingInvalid(
            f"{what} holds an address (s3://, file:// or the like) and takes a path on this machine. Give a folder on "
            "a disk, or the one where the storage is mounted."
        )
    if _SHELL_VARIABLE.search(text):
        raise SettingInvalid(
            f"{what} holds a variable ($NAME or %NAME%) that nothing has filled in: service managers and .env files "
            "leave it as it is. Write the path out; ~/ at its beginning is the home folder."
        )
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise SettingInvalid(f"{what} begins with a ~ whose home folder is not known; write the path out.") from None


def is_address(text: str) -> bool:
    """Tell whether a text is meant as a SQLAlchemy URL."""
    return "://" in text


def shown(text: str) -> str:
    """Return a path or an address that is none, for people, unless it may be an address with a password after all."""
    return "what was given" if "@" in text else f"{text!r:.200}"
