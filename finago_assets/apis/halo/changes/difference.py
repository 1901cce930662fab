"""How a connection would differ, field by field: what decides where it writes is marked, no secret is shown.

Owns the comparison, and the mark of a state that a change is held to. Asks nothing.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from finago_assets.apis.halo.facts import SHAPES, Class
from finago_assets.apis.halo.redaction import HAD_VALUE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.apis.halo.changes.change import ConnectionChange

HaloRecord = dict[str, Any]

SHOWN_OF_MASKED: Final = 4
SET, UNSET, NEW = "set", "unset", "a new value"
_STATE_LETTERS: Final = 16


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field, before and after as a person may see them; `risky` fields need a switch of their own."""

    name: str
    before: str
    after: str
    risky: bool


def compare_fields(change: ConnectionChange, before: HaloRecord | None) -> list[FieldDifference]:
    """Return what the change would make different, in the order of the description; nothing where it is so already.

    A secret always counts: whether it is another one cannot be seen.
    """
    found = []
    for name, known in SHAPES[change.provider].items():
        if name not in change.values:
            continue
        if known.kind is Class.SECRET:
            had = bool(before and before.get(name + HAD_VALUE))
            found.append(FieldDifference(name, SET if had else UNSET, NEW, risky=True))
        elif before is None or before.get(name) != change.values[name]:
            was = None if before is None else before.get(name)
            found.append(
                FieldDifference(
                    name,
                    _show_value(was, masked=known.masked),
                    _show_value(change.values[name], masked=known.masked),
                    risky=known.high_risk,
                )
            )
    return found


def reads_as_wanted(change: ConnectionChange, after: HaloRecord) -> list[str]:
    """Return the fields that do not read back as they were set; of secrets nothing can be said."""
    return [name for name, value in change.plain.items() if not _same(after.get(name), value)]


def show_record(provider: str, record: HaloRecord) -> dict[str, str]:
    """Return a connection's fields as a person may see them, those that are kept and their labels."""
    shown: dict[str, str] = {}
    for name, known in SHAPES[provider].items():
        if known.kind is Class.SECRET:
            shown[name] = SET if record.get(name + HAD_VALUE) else UNSET
        elif name in record and (known.stored or known.label):
            shown[name] = _show_value(record[name], masked=known.masked)
    return shown


def state_of(provider: str, record: HaloRecord) -> str:
    """Return the mark of what a connection is set to now: another mark means that somebody has changed it.

    What Halo renews by itself, such as when a token ends, is left out.
    """
    kept: dict[str, object] = {}
    for name, known in SHAPES[provider].items():
        if known.kind is Class.SECRET:
            kept[name] = bool(record.get(name + HAD_VALUE))
        elif known.stored and known.type != "moment":
            kept[name] = record.get(name)
    text = json.dumps(kept, sort_keys=True, ensure_ascii=False, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:_STATE_LETTERS]


def confirmation(provider: str, key: int | None, name: str) -> str:
    """Return what has to be typed for a connection: `FortnoxDetails:2:Sydvik AB`, and `new` where it has no id yet."""
    return f"{provider}:{'new' if key is None else key}:{name}"


def _same(found: object, wanted: object) -> bool:
    # no value and an empty one are stored alike
    return found == wanted or (found in (None, "", 0) and wanted in (None, "") and found is not False)


def _show_value(value: object, *, masked: bool) -> str:
    if value is None:
        return "empty"
    text = json.dumps(value, ensure_ascii=False, default=str)
    if not masked or not isinstance(value, str):
        return text
    return f"***{value[-SHOWN_OF_MASKED:]}" if len(value) > 2 * SHOWN_OF_MASKED else "***"


def table_of(found: list[FieldDifference]) -> list[Mapping[str, str]]:
    """Return differences as rows, for what keeps or prints them."""
    return [
        {"field": one.name, "before": one.before, "after": one.after, "risk": "high" if one.risky else ""}
        for one in found
    ]
