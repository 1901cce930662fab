"""Dagster's default launcher and queue of runs, which also know whether the process of a run still lives.

Owns that answer for the daemon, which asks every few seconds; the verdict is liveness.py's. Named in dagster.yaml.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from dagster._core.launcher.base import CheckRunHealthResult, WorkerStatus
from dagster._core.launcher.default_run_launcher import DefaultRunLauncher
from dagster._core.run_coordinator.queued_run_coordinator import QueuedRunCoordinator

from finago_assets.core.windows import utc_now
from finago_assets.orchestration.liveness import cause_of_death, end_dead_runs, note_start
from finago_assets.orchestration.open_history import make_small_files
from finago_assets.orchestration.postgresql_history import keep_postgresql_open

if TYPE_CHECKING:
    import dagster as dg
    from dagster._core.launcher.base import LaunchRunContext
    from dagster._core.run_coordinator.queued_run_coordinator import RunQueueConfig

# the daemon and the UI make the file of a run that they start, and load no definitions
make_small_files()


class WatchfulRunLauncher(DefaultRunLauncher):
    """Launches as the default one does.

    With that one a run that died together with its code server counted as started for a day (`max_runtime_seconds`),
    and four of them filled the queue.
    """

    def register_instance(self, instance: dg.DagsterInstance) -> None:
        """Let the daemon keep its connection too: a run over a year of days is planned in thousands of events."""
        super().register_instance(instance)
        keep_postgresql_open(instance)

    def launch_run(self, context: LaunchRunContext) -> None:
        """Launch it, and keep who did: a run that is killed before it says a word is known by that."""
        note_start(self._instance, context.dagster_run.run_id)
        super().launch_run(context)

    @property
    def supports_check_run_worker_health(self) -> bool:
        """Run monitoring then asks for each run that is under way."""
        return True

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        """Say that a run's worker failed when its process is certainly gone; what cannot be judged counts as alive."""
        reason = cause_of_death(self._instance, run, utc_now())
        return CheckRunHealthResult(WorkerStatus.RUNNING if reason is None else WorkerStatus.FAILED, reason)


class WatchfulRunCoordinator(QueuedRunCoordinator):
    """The queue, which gives the places of dead runs away before it counts them.

    Run monitoring asks the launcher about no run that has not started: four that were killed while they loaded the code
    held the whole queue for `start_timeout_seconds`.
    """

    def get_run_queue_config(self) -> RunQueueConfig:
        """Return the limits; the daemon asks for them each time it is about to count the runs under way."""
        end_dead_runs(self._instance)
        return super().get_run_queue_config()
