"""Which events of a run its history does without, and which it needs only while the run is under way.

Owns that list. What a table or a check says of itself is kept, and so are failures, steps and the run's log. In files
a run has a history of its own beside the index of assets; in PostgreSQL one table is both. How an event is written is
short_events.py's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeGuard

import dagster as dg
from dagster._core.log_manager import LOG_RECORD_EVENT_ATTR
from dagster._core.storage.event_log import (
    InMemoryEventLogStorage,
    SqlEventLogStorage,
    SqliteEventLogStorage,
    sql_event_log,
)
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from sqlalchemy import and_, delete, func, or_, select

from finago_assets.orchestration.open_history import give_room_back
from finago_assets.orchestration.short_events import serialize_short, without_repetition, without_versions

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable

    from dagster._core.events.log import EventLogEntry
    from dagster._core.storage.event_log import EventLogStorage
    from sqlalchemy import ColumnElement
    from sqlalchemy.engine import Connection

# a step by its key, and one of its outputs
Output = tuple[str, str]

_EVENTS: Final = SqlEventLogStorageTable.c
_keep_of_asset: Final = SqliteEventLogStorage._get_asset_entry_values  # noqa: SLF001  there is no other door
_empty_outputs: set[Output] = set()
_shortened: set[type[SqlEventLogStorage]] = set()


def keep_history_short(definitions: dg.Definitions) -> None:
    """Write no event for an output of these definitions that hands nothing over to another step."""
    found = [*(definitions.assets or ()), *(definitions.asset_checks or ())]
    _empty_outputs.update(empty_outputs(one for one in found if isinstance(one, dg.AssetsDefinition)))
    if SqliteEventLogStorage not in _shortened:
        _keep_console_short(dg.colored_console_logger)
    _shorten(SqliteEventLogStorage)
    SqliteEventLogStorage._get_asset_entry_values = _keep_no_copy  # type: ignore[assignment, method-assign]  # noqa: SLF001


def _keep_console_short(printing: dg.LoggerDefinition) -> None:
    """Let what a run prints, which is kept with it, do without the same outputs and without the checks that passed.

    A hundred of those hid the one that did not.
    """
    make = printing.logger_fn

    def make_short(context: dg.InitLoggerContext) -> logging.Logger:
        made = make(context)
        made.addFilter(_tells_something)
        return made

    printing._logger_fn = make_short  # noqa: SLF001  there is no other door


def _tells_something(record: logging.LogRecord) -> bool:
    made: dg.DagsterEvent | None = getattr(record, LOG_RECORD_EVENT_ATTR, None)
    if made is None:
        return True
    if made.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        return not made.asset_check_evaluation_data.passed
    return not _is_of_nothing(made)


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
    elif _keeps_one_log(storage):
        # as its run begins: the definitions are loaded where there may be no instance yet
        _shorten(type(storage))
        with storage.index_connection() as connection:
            _remove(connection, run_id, _is(dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED))


def remove_settled(instance: dg.DagsterInstance, run_id: str, *, succeeded: bool) -> None:
    """Remove, as a run ends, what is left in the index that is kept elsewhere or came to nothing on purpose.

    What was planned of a day and did not come true stays: it is how Dagster knows that the day failed.
    """
    storage = instance.event_log_storage
    left_as_it_is = and_(_is(dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED), _EVENTS.partition.is_(None))
    if isinstance(storage, SqliteEventLogStorage):
        found = _is(dg.DagsterEventType.ASSET_CHECK_EVALUATION)
        with storage.index_connection() as connection:
            _remove(connection, run_id, or_(found, left_as_it_is) if succeeded else found)
        give_room_back(instance, run_id)
    elif succeeded and _keeps_one_log(storage):
        with storage.index_connection() as connection:
            _remove(connection, run_id, left_as_it_is)


def _keeps_one_log(storage: EventLogStorage) -> TypeGuard[SqlEventLogStorage]:
    # one in memory is gone with its process
    return isinstance(storage, SqlEventLogStorage) and not isinstance(
        storage, (SqliteEventLogStorage, InMemoryEventLogStorage)
    )


def _shorten(kind: type[SqlEventLogStorage]) -> None:
    """Let every event log of this kind, in this process, store what it needs; once is enough."""
    if kind in _shortened:
        return
    _shortened.add(kind)
    write = kind.store_event

    def store(self: SqlEventLogStorage, event: EventLogEntry) -> None:
        _store(self, event, write)

    # there is no other door
    kind.store_event = store  # type: ignore[method-assign]
    vars(sql_event_log)["serialize_value"] = serialize_short


def _keep_no_copy(self: SqliteEventLogStorage, *of_event: Any) -> dict[str, Any]:  # noqa: ANN401  as Dagster's own
    """Keep of an asset what Dagster does, but no second copy of its last materialization: it is in the index's log.

    Where there is none Dagster 1.13 looks there (`_get_latest_materialization_records`). One of before is taken away.
    """
    kept = _keep_of_asset(self, *of_event)
    return {**kept, "last_materialization": None} if "last_materialization" in kept else kept


def _store(storage: SqlEventLogStorage, event: EventLogEntry, write: Callable[..., None]) -> None:
    made = event.dagster_event
    if made is None or made.event_type is None or not event.run_id:
        write(storage, event)
        return
    if _is_of_nothing(made):
        return
    if _is_plan_of_check(made):
        # the table of checks has it, and no one else looks for it
        storage.store_asset_check_event(event, None)
        return
    short = without_repetition(event, made)
    if made.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION and isinstance(storage, SqliteEventLogStorage):
        _store_made(storage, short)
    else:
        write(storage, short)
    settled = _settled_by(made, in_index_alone=isinstance(storage, SqliteEventLogStorage))
    if settled is not None:
        with storage.index_connection() as connection:
            _remove(connection, event.run_id, settled)


def _store_made(storage: SqliteEventLogStorage, event: EventLogEntry) -> None:
    """Store what was made as Dagster's own `store_event` does, with less of it in the file of the run."""
    with storage.run_connection(event.run_id) as connection:
        connection.execute(storage.prepare_insert_event(without_versions(event)))
    with storage.index_transaction() as connection:
        number: int = connection.execute(storage.prepare_insert_event(event)).inserted_primary_key[0]  # type: ignore[index]
        # asked for by day alone; of what has none they stand in the event
        if event.get_dagster_event().partition is not None:
            storage._store_asset_event_tags(connection, [event], [number])  # noqa: SLF001
        storage._store_asset_event(connection, event, number)  # noqa: SLF001


def _is_of_nothing(made: dg.DagsterEvent) -> bool:
    if made.event_type is not dg.DagsterEventType.STEP_OUTPUT:
        return False
    output = made.step_output_data.step_output_handle
    return (output.step_key, output.output_name) in _empty_outputs


def _is_plan_of_check(made: dg.DagsterEvent) -> bool:
    planned = made.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    return planned and made.asset_check_planned_data.partitions_subset is None


def _settled_by(made: dg.DagsterEvent, *, in_index_alone: bool) -> ColumnElement[bool] | None:
    """Return which earlier events of its run need not be held any longer; results of checks where the run has them."""
    if made.event_type is dg.DagsterEventType.ASSET_MATERIALIZATION and made.asset_key is not None:
        return and_(
            _is(dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED),
            _EVENTS.asset_key == made.asset_key.to_string(),
            _EVENTS.partition.is_not_distinct_from(made.partition),
        )
    # Dagster reads results of checks from a table of their own
    found = made.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION
    return _is(dg.DagsterEventType.ASSET_CHECK_EVALUATION) if found and in_index_alone else None


def _is(kind: dg.DagsterEventType) -> ColumnElement[bool]:
    return _EVENTS.dagster_event_type == kind.value


def _remove(connection: Connection, run_id: str, which: ColumnElement[bool]) -> None:
    # SQLite would give the number of the very last event away again, and others remember numbers
    last = select(func.max(_EVENTS.id)).scalar_subquery()
    connection.execute(delete(SqlEventLogStorageTable).where(_EVENTS.run_id == run_id, which, _EVENTS.id < last))
