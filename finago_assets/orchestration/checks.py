"""The checks that a raw asset carries: the scope is granted, manifest and file agree, the fields are those we know.

Owns names, severities and wording. Both run inside the landing step, over what that step touched.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import dagster as dg

from finago_assets.core.catalogue.fields import FIELDS
from finago_assets.core.drift.watch import Watch, carried_until_now
from finago_assets.core.errors import CorruptFile
from finago_assets.orchestration import drift

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.errors import Forbidden
    from finago_assets.core.landing.model import Look
    from finago_assets.core.landing.store import Landed, RawStore

SCOPE: Final = "scope_granted"
AGREES: Final = "manifest_and_file_agree"
FILLED: Final = "has_rows"


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
    if endpoint.name not in FIELDS:
        return [agreement(store, key, landed)]
    first = min((one.partition for one in landed), key=lambda partition: partition.date, default=None)
    watch = Watch(endpoint)
    if first is not None:
        watch = Watch(endpoint, carried_until_now(store, endpoint, first.organization, first.date))
    return [agreement(store, key, landed, watch.look), drift.verdict(key, watch.drift())]


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
