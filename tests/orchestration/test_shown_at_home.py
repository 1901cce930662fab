"""The run of the demo, which the UI's home page leaves out until something says where it belongs."""

from collections.abc import Iterator

import dagster as dg
import pytest
import yaml

from finago_assets.new_project import WORKSPACE
from finago_assets.orchestration.history import CODE_LOCATION, show_at_home


@dg.asset
def lines(context: dg.AssetExecutionContext) -> None:
    """Fails where its run says so."""
    if context.run.tags.get("fails"):
        raise dg.Failure("broken")


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.instance_for_test() as made:
        yield made


def _run(instance: dg.DagsterInstance, **tags: str) -> str:
    return dg.materialize([lines], instance=instance, tags=tags, raise_on_error=False).run_id


def _origin(instance: dg.DagsterInstance, run_id: str) -> object:
    run = instance.get_run_by_id(run_id)
    assert run is not None
    return run.remote_job_origin


def test_a_run_of_the_command_line_is_said_to_belong_to_the_code_location_that_the_ui_loads(
    instance: dg.DagsterInstance,
) -> None:
    before = instance.get_run_by_id(_run(instance))
    assert before is not None
    assert before.remote_job_origin is None
    show_at_home(instance, before.run_id)
    show_at_home(instance, before.run_id)
    after = instance.get_run_by_id(before.run_id)
    assert after is not None
    assert after.remote_job_origin is not None
    (loaded,) = yaml.safe_load(WORKSPACE.read_text(encoding="utf-8"))["load_from"]
    assert after.remote_job_origin.location_name == loaded["python_module"]["location_name"] == CODE_LOCATION
    assert after._replace(remote_job_origin=None) == before


def test_a_run_that_failed_stays_as_it_is_for_nothing_may_take_it_up_again(instance: dg.DagsterInstance) -> None:
    failed = _run(instance, fails="yes")
    show_at_home(instance, failed)
    assert _origin(instance, failed) is None
