"""The checks that a raw asset carries: scope granted, manifest and file agree, fields known, every parent answered.

Owns names, severities and wording. They run inside the landing step, over what that step touched.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import dagster as dg

from finago_assets.core.catalogue.fields import FIELDS
from finago_assets.core.catalogue.model import Kind
from finago_assets.core.drift.watch import Watch, carried_until_now
from finago_assets.core.errors import CorruptFile
from finago_assets.orchestration import drift

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.errors import Forbidden
    from finago_assets.core.landing.model import Look, Missing
    from finago_assets.core.landing.store import Landed, RawStore

SCOPE: Final = "scope_granted"
AGREES: Final = "manifest_and_file_agree"
FILLED: Final = "has_rows"
ANSWERED: Final = "every_parent_was_answered"
_NAMED: Final = 5
_SHOWN: Final = 1000


def specs(endpoint: Endpoint, key: dg.AssetKey) -> list[dg.AssetCheckSpec]:
    """Return the checks of one raw asset."""
    found = [
        dg.AssetCheckSpec(
            AGREES,
            asset=key,
            blocking=True,
            description="Each landed file read again: rows, distinct ids and digest are those its manifest says.",
        ),
        dg.AssetCheckSpec(
            SCOPE,
            asset=key,
            description="The organization grants the scope this endpoint needs. Without it earlier files stay.",
        ),
    ]
    if endpoint.name in FIELDS:
        found.append(drift.spec(key))
    if endpoint.parent is not None:
        found.append(
            dg.AssetCheckSpec(
                ANSWERED,
                asset=key,
                description=(
                    f"It is asked for once for each record of {endpoint.parent.endpoint}. Records that the API refuses "
                    "to answer about are named here, for every landed day, until a later landing has them."
                ),
            )
        )
    if not endpoint.may_be_empty:
        found.append(dg.AssetCheckSpec(FILLED, asset=key, description="A list that no organization has empty is not."))
    return found


def granted(endpoint: Endpoint, key: dg.AssetKey) -> dg.AssetCheckResult:
    """The scope is there."""
    return dg.AssetCheckResult(
        check_name=SCOPE, asset_key=key, passed=True, metadata={"scopes": ", ".join(endpoint.scopes) or "none needed"}
    )


def listed(scopes: tuple[str, ...]) -> str:
    """Name scopes for people."""
    return ", ".join(scopes) or "no scope is documented for it"


def not_granted(request: str, scopes: str) -> str:
    """Say what a 403 means and what to do; `request` is the method and the path's template."""
    return (
        f"403 for {request}: the organization has not granted {scopes}. Nothing was landed; what was landed before "
        "stays. Add the scope to the application, let the organization approve it again, then materialize this."
    )


def withheld(endpoint: Endpoint, key: dg.AssetKey, refusal: Forbidden) -> list[dg.AssetCheckResult]:
    """A missing scope is a warning that names it. Nothing was landed, so the other checks have nothing to find."""
    scopes = listed(refusal.scopes or endpoint.scopes)
    said = not_granted(f"GET {endpoint.path}", scopes)
    warning = dg.AssetCheckResult(
        check_name=SCOPE,
        asset_key=key,
        passed=False,
        severity=dg.AssetCheckSeverity.WARN,
        description=said,
        metadata={"scopes": scopes},
    )
    idle = [spec.name for spec in specs(endpoint, key) if spec.name != SCOPE]
    note = "Nothing was landed: the scope is withheld."
    return [
        warning,
        *(dg.AssetCheckResult(check_name=name, asset_key=key, passed=True, description=note) for name in idle),
    ]


def read_again(
    endpoint: Endpoint, store: RawStore, key: dg.AssetKey, landed: Sequence[Landed]
) -> list[dg.AssetCheckResult]:
    """Read every landed partition once more: it agrees with its manifest, and its fields with what we know of them."""
    complete = [] if endpoint.parent is None else [answered(endpoint, store, key, next(iter(landed), None))]
    if endpoint.name not in FIELDS:
        return [agreement(store, key, landed), *complete]
    first = min((one.partition for one in landed), key=lambda partition: partition.date, default=None)
    watch = Watch(endpoint)
    if first is not None:
        watch = Watch(endpoint, carried_until_now(store, endpoint, first.organization, first.date))
    return [agreement(store, key, landed, watch.look), drift.verdict(key, watch.drift()), *complete]


def agreement(
    store: RawStore, key: dg.AssetKey, landed: Iterable[Landed], look: Look | None = None
) -> dg.AssetCheckResult:
    """Read every landed partition again and compare; one row a month in the metadata."""
    faults: list[str] = []
    months: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in landed:
        month = months[f"{one.partition.date:%Y-%m}"]
        try:
            manifest = store.verify(one.partition, look)
        except CorruptFile as error:
            faults.append(str(error))
            month[2] += 1
        else:
            month[0] += 1
            month[1] += manifest.rows
    return dg.AssetCheckResult(
        check_name=AGREES,
        asset_key=key,
        passed=not faults,
        description=faults[0] if faults else None,
        metadata={"by_month": _table(months)} if months else {},
    )


def answered(endpoint: Endpoint, store: RawStore, key: dg.AssetKey, landed: Landed | None) -> dg.AssetCheckResult:
    """Warn of parents whose children are missing: on any landed day, or in the one list that just `landed`."""
    parent = "" if endpoint.parent is None else endpoint.parent.endpoint
    found: list[Landed] = [] if landed is None else [landed]
    if landed is not None and endpoint.kind is Kind.WINDOWED:
        found = list(store.landed(endpoint.name, landed.partition.organization).values())
    missing = [(one.partition.date, gap) for one in found for gap in one.manifest.missing]
    return dg.AssetCheckResult(
        check_name=ANSWERED,
        asset_key=key,
        passed=not missing,
        severity=dg.AssetCheckSeverity.WARN,
        description=_unanswered(endpoint, parent, missing) if missing else None,
        metadata={"missing": len(missing), **({"parents": _parents(missing)} if missing else {})},
    )


def _unanswered(endpoint: Endpoint, parent: str, missing: list[tuple[date, Missing]]) -> str:
    named = "; ".join(_named(parent, day, one) for day, one in missing[:_NAMED])
    more = f"; and {len(missing) - _NAMED:,} more" if len(missing) > _NAMED else ""
    days = sorted({day for day, _ in missing})
    again = f"finago/{endpoint.name}"
    if endpoint.kind is Kind.WINDOWED:
        again += f" for {days[0]}" if len(days) == 1 else f" for these {len(days):,} days ({days[0]} to {days[-1]})"
    return (
        f"{endpoint.name} lacks what belongs to {len(missing):,} record{'s' if len(missing) > 1 else ''} of {parent}, "
        f"because the API refused to answer: {named}{more}. What belongs to the others is there. Look at these records "
        f"in Finago, then materialize {again} again; where that is refused too, give the trace id to the vendor's "
        "support."
    )


def _named(parent: str, day: date, one: Missing) -> str:
    said = one.error if one.status is None else f"{one.error}, status {one.status}"
    return f"{parent} {one.key:.100} of {day} ({said}, trace id {one.trace_id or 'none'})"


def _parents(missing: list[tuple[date, Missing]]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {"key": one.key, "day": f"{day}", "error": one.error, "status": one.status, "trace_id": one.trace_id}
            )
            for day, one in missing[:_SHOWN]
        ],
        schema=dg.TableSchema(
            [
                dg.TableColumn("key", "string"),
                dg.TableColumn("day", "string", "The landed day that it is missing from."),
                dg.TableColumn("error", "string"),
                dg.TableColumn("status", "int"),
                dg.TableColumn("trace_id", "string"),
            ]
        ),
    )


def filled(key: dg.AssetKey, landed: Landed) -> dg.AssetCheckResult:
    """Warn when a list that is never empty came back empty."""
    return dg.AssetCheckResult(
        check_name=FILLED,
        asset_key=key,
        passed=landed.manifest.rows > 0,
        severity=dg.AssetCheckSeverity.WARN,
        metadata={"rows": landed.manifest.rows},
    )


def _table(months: dict[str, list[int]]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord({"month": month, "days": days, "rows": rows, "faulty": faulty})
            for month, (days, rows, faulty) in sorted(months.items())
        ],
        schema=dg.TableSchema(
            [
                dg.TableColumn("month", "string"),
                dg.TableColumn("days", "int"),
                dg.TableColumn("rows", "int"),
                dg.TableColumn("faulty", "int"),
            ]
        ),
    )
