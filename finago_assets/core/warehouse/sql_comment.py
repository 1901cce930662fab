"""The comment that a file of SQL opens with, which says in words what it is for. Owns finding it."""

from __future__ import annotations

import re
from typing import Final

# the first comment of a file: lines of SQL's, or one of Jinja's
_LEADING_COMMENT: Final = re.compile(r"\s*(?:((?:--[^\n]*\n)+)|\{#-?(.*?)-?#\})", re.DOTALL)
_NOT_FOR_PEOPLE: Final = re.compile(r"^-- depends_on:.*$", re.MULTILINE)


def read_leading_comment(text: str) -> str | None:
    """Return the comment in one line; None where the file opens with none."""
    found = _LEADING_COMMENT.match(_NOT_FOR_PEOPLE.sub("", text))
    if found is None:
        return None
    lines = (found[1] or found[2]).splitlines()
    return " ".join(line.removeprefix("--").strip() for line in lines).strip() or None
