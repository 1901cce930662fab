"""The asset of a request of the user's own: sent through the action, shown with checks and facts as landed lists are.

Owns the events, the checks and what a refusal looks like. How a request is sent and landed is the action's.
"""

from collections.abc import Generator, Iterator
from datetime import date
from typing import Any, Final

import dagster as dg
from dagster import AssetExecutionContext

from finago_assets.core.catalogue.model import Paging
from finago_assets.core.errors import FinagoError, Forbidden
from finago_assets.core.http.paging import PAGING_KEYS
from finago_assets.core.request.request import Request
from finago_assets.core.request.result import Exit, RequestResult
from finago_assets.orchestration.checks import list_scopes, not_granted
from finago_assets.orchestration.components.request_fields import RequestFields
from finago_assets.orchestration.failures import FinalFailure, typed_failures
from finago_assets.orchestration.layers import REQUEST_LAYER
from finago_assets.orchestration.partitions import daily, spell_key, window_of
from finago_assets.orchestration.raw import SILENT_OUTPUT
from finago_assets.orchestration.request.attempt import Attempt
from finago_assets.orchestration.request.exits import facts_of
from finago_assets.orchestration.resources import FinagoResource
from finago_assets.settings import Settings

ANSWERED: Final = "answered_with_success"
SCOPE: Final = "scope_granted"
LANDED: Final = "every_record_landed"
FILLED: Final = "has_records"
WHOLE: Final = "list_is_whole"


def request_key(fields: RequestFields) -> dg.AssetKey:
    """Return the key of a request's asset."""
    return dg.AssetKey.from_user_string(fields.key or f"finago_requests/{fields.name}")


def request_asset(fields: RequestFields, request: Request, settings: Settings) -> dg.AssetsDefinition:
    """Return the asset; `request` is what the fields come to, on some day."""
    key = request_key(fields)
    spec = dg.AssetSpec(
        key,
        deps=[dg.AssetKey.from_user_string(dep) for dep in fields.deps],
        description=_description(fields, request),
        metadata=_describe_request(fields, request),
        group_name=fields.group,
        owners=["team:finance-data"],
        kinds={"httpx", "json"},
        tags=dict([REQUEST_LAYER]) | {"finago/writes": "yes" if request.writes else "no"},
        partitions_def=daily(settings) if fields.partitioned else None,
    )

    @dg.multi_asset(
        # not the name of its job: Dagster wants the two apart
        name=f"send_{fields.name}",
        specs=[spec],
        check_specs=_specs(fields, key, request),
        backfill_policy=dg.BackfillPolicy.single_run(),
    )
    def ask(context: AssetExecutionContext, finago: FinagoResource) -> Iterator[dg.Output[None] | dg.AssetCheckResult]:
        with typed_failures(context):
            days: tuple[date | None, ...] = (None,)
            if fields.partitioned:
                days = window_of(context, finago.settings()).days
        if request.writes and _in_company(context):
            verdicts = _warn_unanswered(fields, key, request, _not_alone(fields, request), ANSWERED)
        else:
            verdicts = yield from _send_each_day(context, finago, fields, request, days)
        yield dg.Output(None, output_name=key.to_python_identifier(), metadata=SILENT_OUTPUT)
        yield from verdicts

    return ask


def _send_each_day(
    context: AssetExecutionContext,
    finago: FinagoResource,
    fields: RequestFields,
    request: Request,
    days: tuple[date | None, ...],
) -> Generator[dg.AssetCheckResult, None, list[dg.AssetCheckResult]]:
    """Send day by day, one event each; return the verdicts. Raises Failure for the first that goes wrong."""
    key, results = request_key(fields), list[RequestResult]()
    for day in days:
        attempt = Attempt(context.op_execution_context, fields.config(day), finago, None, None)
        result = attempt.result(RequestResult(None, asked=request.what, description=fields.title or ""))
        context.log.log("WARNING" if result.is_part else "INFO", result.sentence())
        if result.exit is not Exit.SUCCESS:
            if isinstance(result.problem, Forbidden):
                return _warn_unanswered(fields, key, request, _withheld(request, result.problem), SCOPE)
            yield _verdict(key, ANSWERED, passed=False, description=result.sentence())
            raise _failure(result)
        context.log_event(
            dg.AssetMaterialization(key, partition=None if day is None else spell_key(day), metadata=_event(result))
        )
        results.append(result)
    return _report_checks(fields, key, request, results)


def _event(result: RequestResult) -> dict[str, Any]:
    return {**facts_of(result), "dagster/row_count": result.answer.records if result.answer else 0}


def _specs(fields: RequestFields, key: dg.AssetKey, request: Request) -> list[dg.AssetCheckSpec]:
    found = {
        ANSWERED: "Every request was answered with success.",
        SCOPE: "The organization grants the scope this request needs.",
    }
    if fields.into is not None:
        found[LANDED] = "As many rows are in the target as there were records in the answers."
    if not fields.may_be_empty:
        found[FILLED] = "The answers hold records."
    if _may_be_part(request):
        found[WHOLE] = "The answers are whole lists, and not the first page of a longer one."
    return [dg.AssetCheckSpec(name, asset=key, description=said) for name, said in found.items()]


def _report_checks(
    fields: RequestFields, key: dg.AssetKey, request: Request, results: list[RequestResult]
) -> list[dg.AssetCheckResult]:
    records = sum(one.answer.records for one in results if one.answer)
    rows = sum(one.landed.rows for one in results if one.landed)
    counts = {"requests": len(results), "records": records}
    parts = sum(one.is_part for one in results)
    found = {
        ANSWERED: _verdict(key, ANSWERED, passed=True, metadata=counts),
        SCOPE: _verdict(key, SCOPE, passed=True, metadata={"scopes": list_scopes(request.operation.scopes)}),
        LANDED: _verdict(key, LANDED, passed=rows == records, metadata={**counts, "rows": rows}),
        FILLED: _verdict(key, FILLED, passed=records > 0, metadata=counts),
        WHOLE: _verdict(key, WHOLE, passed=not parts, description=_describe_parts(parts), metadata=counts),
    }
    return [found[spec.name] for spec in _specs(fields, key, request)]


def _may_be_part(request: Request) -> bool:
    """Tell whether a page may come of a list that goes on without anybody having asked for a page."""
    pages = request.operation.paging is not Paging.NONE and not request.writes
    return pages and not request.all_pages and not PAGING_KEYS.keys() & {name.lower() for name in request.query}


def _describe_parts(parts: int) -> str | None:
    if not parts:
        return None
    return (
        f"{parts} answers are the first page of a list that goes on, so that records are missing from what landed. "
        "Write `all_pages: true`, or a `limit` in `query` where one page is what is meant."
    )


def _verdict(key: dg.AssetKey, name: str, *, passed: bool, **more: Any) -> dg.AssetCheckResult:  # noqa: ANN401  as Dagster takes them
    severity = dg.AssetCheckSeverity.WARN if name in {FILLED, WHOLE} else dg.AssetCheckSeverity.ERROR
    return dg.AssetCheckResult(**{"check_name": name, "asset_key": key, "passed": passed, "severity": severity, **more})


def _warn_unanswered(
    fields: RequestFields, key: dg.AssetKey, request: Request, said: str, why: str
) -> list[dg.AssetCheckResult]:
    """A request that was not answered and is no failure: one warning, and nothing for the other checks to find."""
    warning = _verdict(key, why, passed=False, severity=dg.AssetCheckSeverity.WARN, description=said)
    idle = [spec.name for spec in _specs(fields, key, request) if spec.name != why]
    return [warning, *(_verdict(key, name, passed=True, description="Nothing was answered.") for name in idle)]


def _withheld(request: Request, problem: FinagoError) -> str:
    said = not_granted(request.what, list_scopes(request.operation.scopes))
    return f"{said} Trace id: {problem.trace_id or 'none'}."


def _not_alone(fields: RequestFields, request: Request) -> str:
    return (
        f"{request.what} was not sent: it writes, and this run is about other assets too. A write is sent by a run of "
        f"its own alone: the job request_{fields.name}, its schedule, or this one asset selected."
    )


def _in_company(context: AssetExecutionContext) -> bool:
    return len(context.job_def.asset_layer.selected_asset_keys) > 1


def _failure(result: RequestResult) -> dg.Failure:
    again = result.problem is not None and result.problem.retry
    made: type[dg.Failure] = dg.Failure if again else FinalFailure
    return made(result.sentence(), facts_of(result))


def _describe_request(fields: RequestFields, request: Request) -> dict[str, Any]:
    return {
        "documentation": dg.MetadataValue.url(request.api.source.documentation),
        "request": request.what,
        "template": request.operation.name,
        "scopes_needed": list_scopes(request.operation.scopes),
        "into": fields.into or "the answer's own file",
        "schedule": fields.schedule or "none",
        "connection": fields.connection or "the one in the environment",
    }


def _description(fields: RequestFields, request: Request) -> str:
    when = "One request for each day." if fields.partitioned else "One request."
    pages = f"[documentation]({request.api.source.documentation})"
    return f"{fields.title or request.operation.title}.\n\n{when} `{request.what}`, {pages}."
