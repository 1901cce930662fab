"""How an event is written into history: short, and read by Dagster as the event that it was."""

from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.events.log import EventLogEntry
from dagster._serdes import deserialize_value, serialize_value

from finago_assets.orchestration.short_events import serialize_short, without_repetition, without_versions

TABLE = dg.MetadataValue.table(
    [dg.TableRecord({"account": "1920", "rows": 2})],
    schema=dg.TableSchema(
        [
            dg.TableColumn("account", "string", "Number of the account."),
            dg.TableColumn("rows", "int", constraints=dg.TableColumnConstraints(nullable=False)),
        ]
    ),
)


@dg.multi_asset(
    specs=[dg.AssetSpec("lines", partitions_def=dg.StaticPartitionsDefinition(["Ås", "Bø"]))],
    check_specs=[dg.AssetCheckSpec(name, asset="lines") for name in ("holds", "differs")],
)
def lines(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
    context.log.info("tre linjer på %s", context.partition_key)
    context.log_event(dg.AssetObservation("lines", metadata={"none": None}))
    yield dg.MaterializeResult(
        metadata={"dagster/row_count": 3, "at_fault": TABLE, "empty": {}, "picture": dg.MetadataValue.md("![](<…>)")},
        tags={"of": "books"},
        check_results=[
            dg.AssetCheckResult(check_name="holds", passed=True),
            dg.AssetCheckResult(
                check_name="differs",
                passed=False,
                severity=dg.AssetCheckSeverity.WARN,
                description="to look at",
                metadata={"rows": TABLE, "rows_found": 2},
            ),
        ],
    )


@dg.asset
def broken() -> None:
    raise dg.Failure("broken", metadata={"rows": 3})


@pytest.fixture(scope="module")
def events() -> list[EventLogEntry]:
    with dg.instance_for_test() as instance:
        runs = [
            dg.materialize([lines], instance=instance, partition_key="Ås").run_id,
            dg.materialize([broken], instance=instance, raise_on_error=False).run_id,
        ]
        return [record.event_log_entry for run in runs for record in instance.get_records_for_run(run).records]


def test_dagster_reads_every_event_as_it_was(events: list[EventLogEntry]) -> None:
    kinds = {event.dagster_event_type for event in events}
    assert {
        None,
        *map(dg.DagsterEventType, ("ASSET_MATERIALIZATION", "ASSET_CHECK_EVALUATION", "STEP_FAILURE")),
    } < kinds
    for event in events:
        assert deserialize_value(serialize_short(event)) == event


def test_what_a_person_sees_of_a_table_or_a_check_is_in_fewer_words(events: list[EventLogEntry]) -> None:
    (made,) = [event for event in events if event.dagster_event_type is dg.DagsterEventType.ASSET_MATERIALIZATION]
    of_index = without_repetition(made, made.get_dagster_event())
    assert of_index.message == made.message
    assert of_index.asset_materialization == made.asset_materialization
    of_run = without_versions(of_index).asset_materialization
    assert of_run is not None
    assert of_run.tags == {}
    assert of_run.metadata == made.asset_materialization.metadata  # type: ignore[union-attr]
    assert of_run.partition == "Ås"

    passed = next(event for event in events if event.dagster_event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    short = without_repetition(passed, passed.get_dagster_event())
    assert short.get_dagster_event().event_specific_data == passed.get_dagster_event().event_specific_data
    assert len(serialize_short(short)) < 0.75 * len(serialize_value(passed))
    # its run knows it, and the event by itself once
    assert serialize_short(short).count('"pipeline_name"') == 1
