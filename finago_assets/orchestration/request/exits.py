"""The third exit of the action, and the facts that are shown with whichever fires. Values have no way in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import dagster as dg

if TYPE_CHECKING:
    from finago_assets.core.request.result import RequestResult

CONTINUE: Final = "continue_"
"""The third exit, which always fires; the plain word is no legal name for an output."""


def facts_of(result: RequestResult) -> dict[str, Any]:
    """Return the metadata of an output: an allow-list. Values of records and of parameters have no way in."""
    known = {
        "what came of it": result.sentence(),
        "request": result.asked,
        "connection": result.connection,
        "organization": result.organization_id,
        "status": result.status,
        "trace_id": result.trace_id,
        "description": result.description,
        **_answer_facts(result),
        **_target_facts(result),
        **_column_facts(result),
        **_problem_facts(result),
    }
    return {name: value for name, value in known.items() if value not in (None, "")}


def _answer_facts(result: RequestResult) -> dict[str, Any]:
    if result.answer is None:
        return {}
    return {
        "records": result.answer.records,
        "pages": result.answer.pages,
        "requests": result.answer.requests,
        "retries": result.answer.retries,
        "seconds": round(result.answer.seconds, 2),
        "seconds_waited": round(result.answer.waited_seconds, 2),
        "bytes": result.answer.size,
        "one_page_of_a_list": "the list goes on; all_pages: true fetches all of it" if result.is_part else "",
        "error_names": ", ".join(result.answer.errors),
        "answer": dg.MetadataValue.path(result.answer.body),
    }


def _target_facts(result: RequestResult) -> dict[str, Any]:
    return {"landed_rows": result.landed.rows, "landed_in": result.landed.place} if result.landed else {}


def _column_facts(result: RequestResult) -> dict[str, Any]:
    columns = [dg.TableColumn(name, kind) for name, kind in result.columns]
    return {"dagster/column_schema": dg.TableSchema(columns)} if columns else {}


def _problem_facts(result: RequestResult) -> dict[str, Any]:
    if result.problem is None:
        return {}
    return {"error": result.problem.kind, "verdict": result.problem.verdict}
