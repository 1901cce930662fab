"""Which events of a run its SQLite history does without, and which it needs only while the run is under way.

Owns that list. What a table or a check says of itself is kept, and so are failures, steps and the run's log.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import dagster as dg
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from sqlalchemy import and_, delete, exists, func, or_, select

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dagster._core.events.log import EventLogEntry
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

# a step by its key, and one of its outputs
Output = tuple[str, str]

_EVENTS: Final = SqlEventLogStorageTable.c
_MADE: Final = SqlEventLogStorageTable.alias("made").c
_store_event: Final = SqliteEventLogStorage.store_event
_empty: set[Output] = set()


def keep_history_short(definitions: dg.Definitions) -> None:
    """Write no event for an output of these definitions that hands nothing over to another step."""
    found = [*(definitions.assets or ()), *(definitions.asset_checks or ())]
    _empty.update(empty_outputs(one for one in found if isinstance(one, dg.AssetsDefinition)))
    SqliteEventLogStorage.store_event = _store  # type: ignore[method-assign]  # there is no other door


def empty_outputs(assets: Iterable[dg.AssetsDefinition]) -> set[Output]:
    """Return the outputs that hold no value, which is all that a table in the warehouse, a file or a check has.

    Their events repeat what is said of the table or the check. Dagster reads them again where a value is loaded or
    steps are multiplied, which neither is here.
    """
    return {
        (one.node_def.name, output.name)
        for one in assets
        for output in one.node_def.output_defs
        if output.dagster_type.is_nothing or output.name in one.check_specs_by_output_name
    }


def remove_plans(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove, as a run begins, what was planned of it, where nobody looks for it: a row for each table and check.

    The plan itself is part of the run, and which days are under way is told by the plans in the index, which stay.
    """
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        planned_checks = _is(dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED)
        with storage.run_connection(run_id) as connection:
            _remove(connection, run_id, or_(planned_checks, _is(dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED)))
        with storage.index_connection() as connection:
            _remove(connection, run_id, planned_checks)


def remove_settled(instance: dg.DagsterInstance, run_id: str, *, succeeded: bool) -> None:
    """Remove, as a run ends, what the index has elsewhere: results of checks, and plans that came true.

    A plan of one day that did not come true stays: it is how Dagster knows that the day failed.
    """
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        came_true = exists().where(
            _MADE.asset_key == _EVENTS.asset_key,
            _MADE.dagster_event_type == dg.DagsterEventType.ASSET_MATERIALIZATION.value,
            _MADE.run_id == run_id,
            _MADE.partition.is_not_distinct_from(_EVENTS.partition),
        )
        settled = or_(came_true, _EVENTS.partition.is_(None)) if succeeded else came_true
        planned = and_(_is(dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED), settled)
        with storage.index_connection() as connection:
            _remove(connection, run_id, or_(_is(dg.DagsterEventType.ASSET_CHECK_EVALUATION), planned))


def _store(self: SqliteEventLogStorage, event: EventLogEntry) -> None:
    made = event.dagster_event
    if made is not None and made.event_type is dg.DagsterEventType.STEP_OUTPUT:
        output = made.step_output_data.step_output_handle
        if (output.step_key, output.output_name) in _empty:
            return
    _store_event(self, event)


def _is(kind: dg.DagsterEventType) -> ColumnElement[bool]:
    return _EVENTS.dagster_event_type == kind.value


def _remove(connection: Connection, run_id: str, which: ColumnElement[bool]) -> None:
    # SQLite would give the number of the very last event away again, and others remember numbers
    last = select(func.max(_EVENTS.id)).scalar_subquery()
    connection.execute(delete(SqlEventLogStorageTable).where(_EVENTS.run_id == run_id, which, _EVENTS.id < last))
