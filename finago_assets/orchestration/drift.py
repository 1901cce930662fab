"""How records differ from what is known of their fields, for people: which field, in what way, how often.

Owns the wording. Field names and counts only; a value has no way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dagster as dg

if TYPE_CHECKING:
    from finago_assets.core.drift.watch import Drift, FieldDrift

_FIELDS_SHOWN: Final = 100
_FIELDS_NAMED: Final = 5
_ADVICE: Final = (
    "Compare with the vendor's description; a field that stays is added to the table of fields and to its staging "
    "model."
)
_LANDED: Final = "What came landed byte for byte."
_REDACTED: Final = "What came has landed without its secrets, new ones too."


def said(drift: Drift, *, redacted: bool = False) -> str:
    """Name the fields, and say what to do; `redacted` records lost their secrets before they landed."""
    named = "; ".join(f"`{one.path}` {one.trouble}" for one in drift.findings[:_FIELDS_NAMED])
    more = f"; and {len(drift.findings) - _FIELDS_NAMED:,} more" if len(drift.findings) > _FIELDS_NAMED else ""
    lead = "No record has its key any more. " if drift.keyless else ""
    return f"{lead}{named}{more}. {_REDACTED if redacted else _LANDED} {_ADVICE}"


def facts(drift: Drift) -> dict[str, Any]:
    """Return how many records differ, and every field that does."""
    return {"records": drift.rows, "records_that_differ": drift.strays, "fields": _tabulate_drift(drift.findings)}


def _tabulate_drift(findings: tuple[FieldDrift, ...]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {"field": one.path, "is": one.trouble.value, "seen_as": ", ".join(one.seen), "records": one.records}
            )
            for one in findings[:_FIELDS_SHOWN]
        ],
        schema=dg.TableSchema(
            [
                dg.TableColumn("field", "string"),
                dg.TableColumn("is", "string"),
                dg.TableColumn("seen_as", "string", "What its values were in JSON."),
                dg.TableColumn("records", "int", "Of each kind of trouble, the first thousand records are looked at."),
            ]
        ),
    )
