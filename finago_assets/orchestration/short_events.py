"""How an event is written into history: in few words, and without what its reader fills in by itself.

Owns the text, which every Dagster of this version reads as it reads the events of older ones, and what is left out of
it. Which events there are is short_history.py's.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
from dagster._serdes import serialize_value

if TYPE_CHECKING:
    from dagster._core.events.log import EventLogEntry

_OF_TABLES_AND_CHECKS: Final = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
# What the classes have for a field that is not there, by the names in the text; Dagster adds fields so
# (`ObjectSerializer.unpack` in dagster_shared). A field without such a default is not named here.
_NOT_TOLD: Final[dict[str, dict[str, Any]]] = {
    "EventLogEntry": {"dagster_event": None, "message": "", "pipeline_name": None, "step_key": None},
    "DagsterEvent": {
        "event_specific_data": None,
        "logging_tags": {},
        "message": None,
        "pid": None,
        "solid_handle": None,
        "step_handle": None,
        "step_key": None,
        "step_kind_value": None,
    },
    "StepMaterializationData": {"asset_lineage": []},
    "AssetMaterialization": {"description": None, "partition": None, "tags": {}},
    "EventMetadataEntry": {"description": None},
    "AssetCheckEvaluation": {
        "description": None,
        "metadata": {},
        "partition": None,
        "severity": {"__enum__": "AssetCheckSeverity.ERROR"},
        "target_materialization_data": None,
    },
    "TableColumn": {
        "description": None,
        "constraints": {"__class__": "TableColumnConstraints", "nullable": True, "other": [], "unique": False},
        "tags": {},
    },
    "TableSchema": {"constraints": {"__class__": "TableConstraints", "other": []}},
}
_NO_DEFAULTS: Final[dict[str, Any]] = {}


def serialize_short(value: Any, **options: Any) -> str:  # noqa: ANN401  as Dagster's own
    """Write what Dagster's `serialize_value` writes, without spaces and without what is not told."""
    text = serialize_value(value, **options)
    return json.dumps(json.loads(text, object_hook=_leave_out), separators=(",", ":"), ensure_ascii=False)


def _leave_out(told: dict[str, Any]) -> dict[str, Any]:
    not_told = _NOT_TOLD.get(told.get("__class__", ""), _NO_DEFAULTS)
    return {name: value for name, value in told.items() if name not in not_told or value != not_told[name]}


def without_repetition(event: EventLogEntry, made: dg.DagsterEvent) -> EventLogEntry:
    """Return the event with its message in one place, and without the names that its step, job and run tell too.

    Where one of a step is read again to go on with it, it keeps its handles; those of tables and checks are not.
    """
    said = "" if event.user_message == made.message else event.user_message
    made = made._replace(logging_tags={})
    if made.event_type in _OF_TABLES_AND_CHECKS:
        made = made._replace(step_handle=None, node_handle=None, step_kind_value=None, pid=None)
    return event._replace(user_message=said, job_name=None, dagster_event=made)


def without_versions(event: EventLogEntry) -> EventLogEntry:
    """Return a materialization without its tags, the versions of all that it was made of: the index is asked for them.

    The page of a run shows none.
    """
    made = event.get_dagster_event()
    told = made.step_materialization_data
    told = told._replace(materialization=told.materialization._replace(tags={}))
    return event._replace(dagster_event=made._replace(event_specific_data=told))
