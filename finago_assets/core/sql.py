"""How SQL spells a name and a text, where it takes no parameter. Owns the two quotation marks, and no statement."""

from __future__ import annotations


def sql_name(name: str) -> str:
    """Spell a name in SQL."""
    return '"' + name.replace('"', '""') + '"'


def sql_text(value: object) -> str:
    """Spell a text in SQL."""
    return "'" + f"{value}".replace("'", "''") + "'"
