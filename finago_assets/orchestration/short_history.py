"""Which events of a run its history does without, and which it needs only while the run is under way.

Owns that list. What a table or a check says of itself is kept, and so are failures, steps and the run's log. In files
a run has a history of its own beside the index of assets; in PostgreSQL one table is both. How an event is written is
short_events.py's.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Final, TypeGuard
from weakref import WeakKeyDictionary

import dagster as dg
from dagster._core.log_manager import LOG_RECORD_EVENT_ATTR
from dagster._core.storage.event_log import (
    InMemoryEventLogStorage,
    SqlEventLogStorage,
    SqliteEventLogStorage,
    sql_event_log,
)
from dagster._core.storage.event_log.schema import AssetKeyTable, SqlEventLogStorageTable
from dagster._time import datetime_from_timestamp
from sqlalchemy import and_, bindparam, delete, func, or_, select
from sqlalchemy.dialects.sqlite import insert

from finago_assets.orchestration.open_history import give_room_back
from finago_assets.orchestration.short_events import serialize_short, without_repetition, without_versions

if TYPE_CHECKING:
    import logging
    from collections.abc import Callable, Iterable

    from dagster._core.events.log import EventLogEntry
    from dagster._core.storage.event_log import EventLogStorage
    from sqlalchemy import ColumnElement, Delete
    from sqlalchemy.dialects.sqlite import Insert
    from sqlalchemy.engine import Connection

# a step by its key, and one of its outputs
Output = tuple[str, str]

_EVENTS: Final = SqlEventLogStorageTable.c
_INSERT: Final = SqlEventLogStorageTable.insert()
# what a run is planned to make of a table and a day, and what it made
_OF_DAYS: Final = {
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_MATERIALIZATION,
}
_look_for_table: Final = SqliteEventLogStorage.has_table
_tables: WeakKeyDictionary[SqliteEventLogStorage, set[str]] = WeakKeyDictionary()
_empty_outputs: set[Output] = set()
_shortened: set[type[SqlEventLogStorage]] = set()


def keep_history_short(definitions: dg.Definitions) -> None:
    """Write no event for an output of these definitions that hands nothing over to another step."""
    found = [*(definitions.assets or ()), *(definitions.asset_checks or ())]
    _empty_outputs.update(empty_outputs(one for one in found if isinstance(one, dg.AssetsDefinition)))
    if SqliteEventLogStorage not in _shortened:
        _keep_console_short(dg.colored_console_logger)
    _shorten(SqliteEventLogStorage)
    SqliteEventLogStorage._store_asset_event = _note_asset  # type: ignore[assignment, method-assign]  # noqa: SLF001
    SqliteEventLogStorage.has_table = _has_table  # type: ignore[method-assign]


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


def _note_asset(_self: SqliteEventLogStorage, connection: Connection, event: EventLogEntry, _number: int) -> None:
    """Keep of an asset what Dagster does, but no second copy of its last materialization: it is in the index's log.

    Where there is none Dagster 1.13 looks there (`_get_latest_materialization_records`). One of before is taken away.
    Dagster's own asks which columns there are, makes that copy, and inserts what is there already before it updates it,
    for each day of a first load.
    """
    made = event.dagster_event
    if made is None or made.asset_key is None:
        return
    noted: dict[str, Any] = {"last_materialization_timestamp": datetime_from_timestamp(event.timestamp)}
    if made.is_step_materialization:
        noted |= {"last_materialization": None, "last_run_id": event.run_id}
    elif made.is_asset_materialization_planned:
        noted |= {"last_run_id": event.run_id}
    elif not made.is_asset_observation:
        return
    connection.execute(_noting(*noted), {"asset_key": made.asset_key.to_string(), **noted})


@cache
def _noting(*names: str) -> Insert:
    statement = insert(AssetKeyTable)
    taken = {name: statement.excluded[name] for name in names}
    return statement.on_conflict_do_update(index_elements=[AssetKeyTable.c.asset_key], set_=taken)


def _has_table(self: SqliteEventLogStorage, table_name: str) -> bool:
    """Look for a table until it is there; Dagster's own opens the file for that at each event with tags."""
    known = _tables.setdefault(self, set())
    if table_name not in known and _look_for_table(self, table_name):
        known.add(table_name)
    return table_name in known


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
    if isinstance(storage, SqliteEventLogStorage) and made.event_type in _OF_DAYS:
        _store_day(storage, short, made)
        return
    write(storage, short)
    if made.is_step_materialization:
        with storage.index_connection() as connection:
            _remove_plan(connection, event.run_id, made)
    elif isinstance(storage, SqliteEventLogStorage) and made.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        # the file of the run has them, and Dagster reads them from a table of their own
        with storage.index_connection() as connection:
            _remove(connection, event.run_id, _is(dg.DagsterEventType.ASSET_CHECK_EVALUATION))


def _store_day(storage: SqliteEventLogStorage, event: EventLogEntry, made: dg.DagsterEvent) -> None:
    """Store what was planned or made as Dagster's own `store_event` does, with less of it in the file of the run.

    A plan is not written there: the run begins by removing it (`remove_plans`).
    """
    if made.is_step_materialization:
        with storage.run_connection(event.run_id) as connection:
            connection.execute(_INSERT, storage._event_to_row(without_versions(event)))  # noqa: SLF001
    with storage.index_transaction() as connection:
        number: int = connection.execute(_INSERT, storage._event_to_row(event)).inserted_primary_key[0]  # type: ignore[index]  # noqa: SLF001
        # asked for by day alone; of what has none they stand in the event
        if made.partition is not None:
            storage._store_asset_event_tags(connection, [event], [number])  # noqa: SLF001
        storage._store_asset_event(connection, event, number)  # noqa: SLF001
        if made.is_step_materialization:
            _remove_plan(connection, event.run_id, made)


def _is_of_nothing(made: dg.DagsterEvent) -> bool:
    if made.event_type is not dg.DagsterEventType.STEP_OUTPUT:
        return False
    output = made.step_output_data.step_output_handle
    return (output.step_key, output.output_name) in _empty_outputs


def _is_plan_of_check(made: dg.DagsterEvent) -> bool:
    planned = made.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED
    return planned and made.asset_check_planned_data.partitions_subset is None


def _remove_plan(connection: Connection, run_id: str, made: dg.DagsterEvent) -> None:
    """Remove what was planned of the table and day that were made."""
    if made.asset_key is not None:
        connection.execute(
            _FULFILLED, {"of_run": run_id, "of_asset": made.asset_key.to_string(), "of_day": made.partition}
        )


def _is(kind: dg.DagsterEventType) -> ColumnElement[bool]:
    return _EVENTS.dagster_event_type == kind.value


def _removing(run_id: object, which: ColumnElement[bool]) -> Delete:
    # SQLite would give the number of the very last event away again, and others remember numbers
    last = select(func.max(_EVENTS.id)).scalar_subquery()
    return delete(SqlEventLogStorageTable).where(_EVENTS.run_id == run_id, which, _EVENTS.id < last)


def _remove(connection: Connection, run_id: str, which: ColumnElement[bool]) -> None:
    connection.execute(_removing(run_id, which))


_FULFILLED: Final = _removing(
    bindparam("of_run"),
    and_(
        _is(dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED),
        _EVENTS.asset_key == bindparam("of_asset"),
        _EVENTS.partition.is_not_distinct_from(bindparam("of_day")),
    ),
)
