"""What a failure says to the daemon: a permanent one is never run again, a passing one is, on any instance."""

from typing import Any

import dagster as dg
import pytest
from dagster._core.events import RunFailureReason
from dagster._core.execution.retries import auto_reexecution_should_retry_run

from finago_assets.core.errors import AuthRefused, FinagoError, Malformed, NoSpace, Unavailable
from finago_assets.orchestration.failures import RUNS_AFTER_A_PASSING_FAILURE, typed_failures

OURS = {"enabled": True, "max_retries": 1, "retry_on_asset_or_op_failure": False}
EAGER = {"enabled": True, "max_retries": 5, "retry_on_asset_or_op_failure": True}
MEAN = {"enabled": True, "max_retries": 0, "retry_on_asset_or_op_failure": False}
ALL = pytest.mark.parametrize("settings", [OURS, EAGER, MEAN], ids=["ours", "eager", "mean"])


def _again(settings: dict[str, Any], *errors: Exception, tags: dict[str, str] | None = None) -> bool:
    """Run a step for each error, all of which fail with it; tell whether the daemon would run that run again."""

    def step(number: int, error: Exception) -> dg.OpDefinition:
        @dg.op(name=f"step_{number}")
        def fail(context: dg.OpExecutionContext) -> None:
            with typed_failures(context):
                raise error

        return fail

    @dg.job
    def failing() -> None:
        for number, error in enumerate(errors):
            step(number, error)()

    with dg.DagsterInstance.ephemeral(settings={"run_retries": settings}) as instance:
        result = failing.execute_in_process(instance=instance, raise_on_error=False, tags=tags or {})
        run = instance.get_run_by_id(result.run_id)
        assert run is not None
        assert run.status is dg.DagsterRunStatus.FAILURE
        decided = run.tags["dagster/will_retry"] == "true"
        assert auto_reexecution_should_retry_run(instance, run, RunFailureReason.STEP_FAILURE) is decided
        return decided


@ALL
@pytest.mark.parametrize(
    "error", [AuthRefused("no"), Malformed("odd"), NoSpace("full"), dg.Failure("dbt", allow_retries=False)]
)
def test_a_permanent_error_is_never_run_again(settings: dict[str, Any], error: Exception) -> None:
    assert not _again(settings, error)


@pytest.mark.parametrize(("error", "attempts"), [(AuthRefused("the words"), 1), (Unavailable("the words"), 2)])
def test_a_failure_for_good_is_its_sentence_alone_and_a_retry_policy_goes_by_the_verdict(
    error: FinagoError, attempts: int
) -> None:
    tried = []

    @dg.op(retry_policy=dg.RetryPolicy(max_retries=1))
    def fail(context: dg.OpExecutionContext) -> None:
        tried.append(context.retry_number)
        with typed_failures(context):
            raise error

    @dg.job
    def failing() -> None:
        fail()

    result = failing.execute_in_process(raise_on_error=False)
    (failed,) = [event for event in result.all_events if event.is_step_failure]
    shown = failed.step_failure_data
    assert len(tried) == attempts
    assert shown.user_failure_data is not None
    assert shown.user_failure_data.description == f"{error.kind}: the words"
    if not error.retry:
        assert shown.error is not None
        assert shown.error.to_string() == "AuthRefused: the words\n"


@ALL
def test_a_passing_error_is_run_again(settings: dict[str, Any]) -> None:
    assert _again(settings, Unavailable("the API is away"))


@ALL
@pytest.mark.parametrize("turn", [1, -1])
def test_a_run_with_both_is_not_run_again_whichever_came_first(settings: dict[str, Any], turn: int) -> None:
    errors: list[FinagoError] = [Unavailable("away"), AuthRefused("no")]
    assert not _again(settings, *errors[::turn])


def test_a_re_execution_by_hand_of_a_permanent_failure_is_judged_by_its_own() -> None:
    inherited = {"dagster/max_retries": "0", "finago/failed_for_good": "its parent"}
    assert _again(OURS, Unavailable("away"), tags=inherited)


def test_a_mistake_in_the_code_is_left_to_the_instance() -> None:
    assert not _again(OURS, ZeroDivisionError())
    assert _again(EAGER, ZeroDivisionError())


def test_a_passing_failure_is_tried_at_most_two_times_more() -> None:
    assert RUNS_AFTER_A_PASSING_FAILURE == 2
