"""Turns the core's typed errors into Dagster failures: the one boundary, in one place.

Owns verdicts in Dagster's terms: no retry policy repeats a permanent error and no daemon runs its run again, while a
run that failed for a passing reason is tried again by itself. A failure carries no cause.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import dagster as dg
from dagster._core.errors import DagsterUserCodeProcessError
from dagster._core.execution.context.invocation import DirectOpExecutionContext
from dagster._core.storage.tags import MAX_RETRIES_TAG, RETRY_ON_ASSET_OR_OP_FAILURE_TAG
from dagster_shared.error import SerializableErrorInfo

from finago_assets.core.errors import FinagoError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    Context = dg.OpExecutionContext | dg.AssetExecutionContext | dg.AssetCheckExecutionContext

# each of them waits out an outage of its own before it fails
RUNS_AFTER_A_PASSING_FAILURE: Final = 2
FINAL_TAG: Final = "finago/failed_for_good"


class FinalFailure(DagsterUserCodeProcessError, dg.Failure):
    """A failure that no retry helps, shown as its sentence alone: the frames that it passed say nothing to anybody.

    Dagster 1.13 has no way to leave them out but for an error that it takes to be another process's, which it shows as
    that process told it. It raises one past a retry policy, hence only what must not be tried again
    (`tests/orchestration/test_verdicts.py`).
    """

    def __init__(self, description: str, metadata: Mapping[str, Any] | None = None) -> None:
        dg.Failure.__init__(self, description, metadata, allow_retries=False)
        self.user_code_process_error_infos = [SerializableErrorInfo(f"{description}\n", [], "Failure")]


def make_failure(error: FinagoError) -> dg.Failure:
    """Return the failure to raise; its description is the error's own sentence."""
    description, metadata = f"{type(error).__name__}: {error}", {"verdict": error.verdict}
    return dg.Failure(description, metadata) if error.retry else FinalFailure(description, metadata)


@contextmanager
def typed_failures(context: Context | None = None) -> Iterator[None]:
    """Raise a core error as its Failure, without its cause: a chained cause would be stored in the event log.

    With a `context` the run's tags say whether the daemon may run it again, whatever the instance's settings are.
    """
    try:
        yield
    except FinagoError as error:
        raised = make_failure(error)
    except dg.Failure as given:
        raised = given
    else:
        return
    # an op that a test invokes directly has no run
    if context is not None and not isinstance(context, DirectOpExecutionContext):
        _tag(context, again=raised.allow_retries)
    raise raised from None


def _tag(context: Context, *, again: bool) -> None:
    """Say to the daemon whether it may run this again.

    Once a step has failed for good nothing in this run may be tried again: that step would be repeated too. A
    re-execution inherits the tags of its parent, hence the run's id in ours.
    """
    run_id = context.run.run_id
    run = context.instance.get_run_by_id(run_id)
    if run is None or run.tags.get(FINAL_TAG) == run_id:
        return
    tags = (
        {RETRY_ON_ASSET_OR_OP_FAILURE_TAG: "true", MAX_RETRIES_TAG: f"{RUNS_AFTER_A_PASSING_FAILURE}"}
        if again
        else {MAX_RETRIES_TAG: "0", FINAL_TAG: run_id}
    )
    context.instance.add_run_tags(run_id, tags)
