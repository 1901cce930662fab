"""The one check of a raw asset: what landed is as expected.

Owns its name, severity and wording. It runs inside the landing step, over what that step touched. What blocks is a file
that cannot be believed and records without a key; anything else is a warning that names it.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import dagster as dg

from finago_assets.core.catalogue.model import EndpointKind
from finago_assets.core.drift.watch import Watch, carried_until_now
from finago_assets.core.errors import CorruptFile
from finago_assets.orchestration import drift

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.errors import FinagoError, Forbidden
    from finago_assets.core.landing.model import Inspect, Missing
    from finago_assets.core.landing.store import Landed, RawStore

CHECK: Final = "landed_as_expected"
BLOCKS: Final = "What is made of it is not built until this is mended."
WARNS: Final = "This is a warning: nothing is withheld because of it."
_FAULTS_NAMED: Final = 5
_ROWS_SHOWN: Final = 1000


class _Finding(NamedTuple):
    """What is not as expected, in words, with the tables that show it."""

    said: str
    facts: Mapping[str, Any]
    blocks: bool = False


def spec(endpoint: Endpoint, key: dg.AssetKey, *, blocking: bool = True) -> dg.AssetCheckSpec:
    """Return the check of one raw asset; its description says only what applies to that endpoint."""
    blocks = ", or this blocks" if blocking else ""
    granted = f"The organization grants {', '.join(endpoint.scopes) or 'access to it'}."
    vouched = [
        granted if blocking else "Whoever is signed in may read it.",
        f"Each landed file, read again, has the rows, distinct ids and digest that its manifest says{blocks}.",
    ]
    if not blocking:
        vouched.append("Where the API is not set up, it says so and passes; nothing of it withholds the books.")
    if endpoint.fields is not None:
        gone = "; a key that is gone from every record blocks" if blocking else ""
        vouched.append(f"Its records have the fields that the API description gives them, and no others{gone}.")
    if not endpoint.may_be_empty:
        vouched.append("It is not empty.")
    if endpoint.parent is not None:
        vouched.append(
            f"The API answered for each record of {endpoint.parent.endpoint}; those it refused to answer about are "
            "named until a later landing has them."
        )
    return dg.AssetCheckSpec(CHECK, asset=key, blocking=blocking, description=" ".join(vouched))


def list_scopes(scopes: tuple[str, ...]) -> str:
    """Name scopes for people."""
    return ", ".join(scopes) or "no scope is documented for it"


def not_granted(request: str, scopes: str) -> str:
    """Say what a 403 means and what to do; `request` is the method and the path's template."""
    return (
        f"403 for {request}: the organization has not granted {scopes}. Nothing was landed; what was landed before "
        "stays. Add the scope to the application, let the organization approve it again, then materialize this."
    )


def withheld(endpoint: Endpoint, key: dg.AssetKey, refusal: Forbidden) -> dg.AssetCheckResult:
    """A missing scope is a warning that names it. Nothing was landed, so there is nothing else to judge."""
    scopes = list_scopes(refusal.scopes or endpoint.scopes)
    return _result(key, [_Finding(not_granted(f"GET {endpoint.path}", scopes), {"scopes": scopes})], {})


def left_out(endpoint: Endpoint, key: dg.AssetKey) -> dg.AssetCheckResult:
    """An API that nobody has set up is no finding."""
    product = endpoint.source.name.upper()
    return dg.AssetCheckResult(
        check_name=CHECK,
        asset_key=key,
        passed=True,
        description=f"Nothing was asked: no variable {product}_... says how to reach {endpoint.source.title}.",
    )


def warn_not_landed(endpoint: Endpoint, key: dg.AssetKey, error: FinagoError) -> dg.AssetCheckResult:
    """A list that could not be had, of an API that the books do not wait for."""
    said = (
        f"{endpoint.full_name} was not landed: {type(error).__name__}: {error} What was landed before stands, and the "
        "books are made without it."
    )
    return _result(key, [_Finding(said, {})], {})


def of_tenants(verdicts: Mapping[str, dg.AssetCheckResult]) -> dg.AssetCheckResult:
    """Make one verdict of those of each tenant: what is wrong is told with whose it is."""
    [first, *others] = verdicts.values()
    if not others:
        return first
    severe = any(one.severity is dg.AssetCheckSeverity.ERROR for one in verdicts.values() if not one.passed)
    return dg.AssetCheckResult(
        check_name=first.check_name,
        asset_key=first.asset_key,
        passed=all(one.passed for one in verdicts.values()),
        severity=dg.AssetCheckSeverity.ERROR if severe else dg.AssetCheckSeverity.WARN,
        description="\n\n".join(f"{tenant}: {one.description}" for tenant, one in verdicts.items() if one.description)
        or None,
        metadata={f"{tenant} {name}": fact for tenant, one in verdicts.items() for name, fact in one.metadata.items()},
    )


def judged(endpoint: Endpoint, store: RawStore, key: dg.AssetKey, landed: Sequence[Landed]) -> dg.AssetCheckResult:
    """Read every landed partition once more, and say what is not as expected, the most serious first."""
    watch = _watch(endpoint, store, landed)
    months, faults = _read_again(store, landed, None if watch is None else watch.look)
    by_month = {"months": _tabulate_months(months)}
    findings = [
        *_report_damage(faults, by_month),
        *_report_emptiness(endpoint, landed),
        *_unanswered(endpoint, store, landed),
        *_drifted(watch, redacted=any(one.manifest.redaction for one in landed)),
    ]
    # a run of a day says no more in a table than in a figure, and every run is kept
    shown = {"rows_of_this_run": sum(rows for _, rows, _ in months.values()), **(by_month if len(landed) > 1 else {})}
    return _result(key, sorted(findings, key=lambda one: not one.blocks), shown)


def _result(key: dg.AssetKey, findings: list[_Finding], shown: Mapping[str, Any]) -> dg.AssetCheckResult:
    blocks = any(one.blocks for one in findings)
    # the UI calls either one "Failed"
    told = [*(one.said for one in findings), BLOCKS if blocks else WARNS]
    return dg.AssetCheckResult(
        check_name=CHECK,
        asset_key=key,
        passed=not findings,
        severity=dg.AssetCheckSeverity.ERROR if blocks else dg.AssetCheckSeverity.WARN,
        description="\n\n".join(told) if findings else None,
        metadata={**{name: fact for one in findings for name, fact in one.facts.items()}, **shown},
    )


def _watch(endpoint: Endpoint, store: RawStore, landed: Sequence[Landed]) -> Watch | None:
    if endpoint.fields is None:
        return None
    first = min((one.partition for one in landed), key=lambda partition: partition.date, default=None)
    if first is None:
        return Watch(endpoint)
    return Watch(endpoint, carried_until_now(store, endpoint, first.organization, first.date))


def _read_again(
    store: RawStore, landed: Sequence[Landed], look: Inspect | None
) -> tuple[dict[str, list[int]], list[CorruptFile]]:
    """Hold every file against its manifest; return days, rows and damaged files by month, and what is wrong."""
    faults: list[CorruptFile] = []
    months: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for one in landed:
        month = months[f"{one.partition.date:%Y-%m}"]
        try:
            manifest = store.verify(one.partition, look)
        except CorruptFile as error:
            faults.append(error)
            month[2] += 1
        else:
            month[0] += 1
            month[1] += manifest.rows
    return months, faults


def _report_damage(faults: list[CorruptFile], facts: Mapping[str, Any]) -> list[_Finding]:
    if not faults:
        return []
    lead = f"{len(faults):,} landed files are damaged. " if len(faults) > 1 else ""
    more = f" And {len(faults) - _FAULTS_NAMED:,} more." if len(faults) > _FAULTS_NAMED else ""
    named = " ".join(str(fault) for fault in faults[:_FAULTS_NAMED])
    return [_Finding(f"{lead}{named}{more}", facts, blocks=True)]


def _drifted(watch: Watch | None, *, redacted: bool) -> list[_Finding]:
    if watch is None or not (found := watch.drift()).findings:
        return []
    return [_Finding(drift.said(found, redacted=redacted), drift.facts(found), blocks=found.keyless)]


def _report_emptiness(endpoint: Endpoint, landed: Sequence[Landed]) -> list[_Finding]:
    if endpoint.may_be_empty or any(one.manifest.rows for one in landed):
        return []
    return [
        _Finding(
            f"{endpoint.name} came without a single record, and is never empty. See in {endpoint.source.name.title()} "
            "whether the organization that is asked is the one you mean and has any, then materialize "
            f"{endpoint.full_name} again.",
            {},
        )
    ]


def _unanswered(endpoint: Endpoint, store: RawStore, landed: Sequence[Landed]) -> list[_Finding]:
    """Parents whose children are missing: on any landed day, or in the one list that just landed."""
    if endpoint.parent is None:
        return []
    found = landed[:1]
    if found and endpoint.kind is EndpointKind.WINDOWED:
        found = list(store.landed(endpoint.name, found[0].partition.organization).values())
    missing = [(one.partition.date, gap) for one in found for gap in one.manifest.missing]
    if not missing:
        return []
    said = _describe_refusals(endpoint, endpoint.parent.endpoint, missing)
    return [_Finding(said, {"missing": len(missing), "parents": _parents(missing)})]


def _describe_refusals(endpoint: Endpoint, parent: str, missing: list[tuple[date, Missing]]) -> str:
    named = "; ".join(_describe_missing(parent, day, one) for day, one in missing[:_FAULTS_NAMED])
    more = f"; and {len(missing) - _FAULTS_NAMED:,} more" if len(missing) > _FAULTS_NAMED else ""
    days = sorted({day for day, _ in missing})
    again = endpoint.full_name
    if endpoint.kind is EndpointKind.WINDOWED:
        again += f" for {days[0]}" if len(days) == 1 else f" for these {len(days):,} days ({days[0]} to {days[-1]})"
    return (
        f"{endpoint.name} lacks what belongs to {len(missing):,} record{'s' if len(missing) > 1 else ''} of {parent}, "
        f"because the API refused to answer: {named}{more}. What belongs to the others is there. Look at these records "
        f"in {endpoint.source.name.title()}, then materialize {again} again; where that is refused too, give the trace "
        "id to the vendor's support."
    )


def _describe_missing(parent: str, day: date, one: Missing) -> str:
    said = one.error if one.status is None else f"{one.error}, status {one.status}"
    return f"{parent} {one.key:.100} of {day} ({said}, trace id {one.trace_id or 'none'})"


def _parents(missing: list[tuple[date, Missing]]) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {"key": one.key, "day": f"{day}", "error": one.error, "status": one.status, "trace_id": one.trace_id}
            )
            for day, one in missing[:_ROWS_SHOWN]
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


def _tabulate_months(months: dict[str, list[int]]) -> dg.TableMetadataValue:
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
