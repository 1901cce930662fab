"""The executor of every job: Dagster's own, with a heartbeat around it and one plain sentence where history fails.

Owns what happens before and after steps are executed, whichever way a run was started. The steps are Dagster's.
"""

from __future__ import annotations

import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import dagster as dg

from finago_assets.orchestration.liveness import beating, end_dead_runs
from finago_assets.orchestration.lost_history import cannot_be_written, leave
from finago_assets.orchestration.postgresql_history import keep_postgresql_open
from finago_assets.orchestration.retention import remove_planned_days
from finago_assets.orchestration.short_history import remove_plans, remove_settled

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dagster._core.execution.context.system import PlanOrchestrationContext
    from dagster._core.execution.plan.plan import ExecutionPlan
    from dagster._core.execution.retries import RetryMode
    from dagster._core.execution.step_dependency_config import StepDependencyConfig


def watched(executor: dg.ExecutorDefinition) -> dg.ExecutorDefinition:
    """Return the same executor, under the same name and with the same config, watching over its runs."""
    create = executor.executor_creation_fn
    if create is None:
        raise TypeError(f"{executor.name} cannot be created")
    return dg.ExecutorDefinition(
        name=executor.name,
        config_schema=executor.config_schema.as_field(),
        requirements=executor.get_requirements,
        executor_creation_fn=lambda context: WatchedExecutor(create(context)),
        description=executor.description,
    )


class WatchedExecutor(dg.Executor):
    """Ends dead runs before it begins, and keeps its own run's note fresh until it ends."""

    def __init__(self, inner: dg.Executor, end: Callable[[int], Any] = os._exit) -> None:
        self._inner = inner
        self._end = end

    @property
    def retries(self) -> RetryMode:
        return self._inner.retries

    @property
    def step_dependency_config(self) -> StepDependencyConfig:
        return self._inner.step_dependency_config

    def execute(
        self, plan_context: PlanOrchestrationContext, execution_plan: ExecutionPlan
    ) -> Iterator[dg.DagsterEvent]:
        """Execute the plan. Leaves the process at once where the run's history can no longer be written."""
        instance = plan_context.instance
        events = self._inner.execute(plan_context, execution_plan)
        try:
            with beating(instance, plan_context.run_id):
                keep_postgresql_open(instance)
                remove_planned_days(instance, plan_context.run_id)
                remove_plans(instance, plan_context.run_id)
                # not before the first beat: two runs that start together must not take each other for dead
                for run, reason in end_dead_runs(instance).items():
                    plan_context.log.info("Run %s was still under way in the books. %s", run, reason)
                succeeded = True
                for event in events:
                    succeeded = succeeded and not event.is_failure
                    yield event
                remove_settled(instance, plan_context.run_id, succeeded=succeeded)
        except Exception as error:
            if not cannot_be_written(error):
                raise
            with suppress(BaseException):
                events.close()  # type: ignore[attr-defined]  # a generator: it ends dbt
            leave(error, self._end)
