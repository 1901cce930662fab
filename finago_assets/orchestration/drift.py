"""The check that says how records differ from what is known of their fields: which field, in what way, how often.

Owns its wording and severity. Field names and counts only; a value has no way in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg

if TYPE_CHECKING:
    from finago_assets.core.drift.watch import Drift, Finding

KNOWN: Final = "fields_are_known"
_SHOWN: Final = 100
_NAMED: Final = 5
_NEXT: Final = (
    "What came landed byte for byte. Compare with the vendor's description; a field that stays is added to the table "
    "of fields and to its staging model."
)


def spec(key: dg.AssetKey) -> dg.AssetCheckSpec:
    """Return the check of one raw asset. It blocks only where no record has its key any more."""
    return dg.AssetCheckSpec(
        KNOWN,
        asset=key,
        blocking=True,
        description=(
            "Each landed record has the fields that the API description gives it, and no others. A field that came, "
            "went or changed its type is a warning that names it; a key that is gone from every record blocks."
        ),
    )


def verdict(key: dg.AssetKey, drift: Drift) -> dg.AssetCheckResult:
    """Passed, a warning that names the fields, or an error where the key is gone."""
    severity = dg.AssetCheckSeverity.ERROR if drift.keyless else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        check_name=KNOWN,
        asset_key=key,
        passed=not drift.findings,
        severity=severity,
        description=_said(drift) if drift.findings else None,
        metadata={
            "records": drift.rows,
            "records_that_differ": drift.strays,
            **({"fields": _table(drift.findings)} if drift.findings else {}),
        },
    )


def _said(drift: Drift) -> str:
    named = "; ".join(f"`{one.path}` {one.trouble}" for one in drift.findings[:_NAMED])
    more = f"; and {len(drift.findings) - _NAMED:,} more" if len(drift.findings) > _NAMED else ""
    lead = "No record has its key any more. " if drift.keyless else ""
    return f"{lead}{named}{more}. {_NEXT}"


def _table(findings: tuple[Finding, ...]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {"field": one.path, "is": one.trouble.value, "seen_as": ", ".join(one.seen), "records": one.records}
            )
            for one in findings[:_SHOWN]
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
