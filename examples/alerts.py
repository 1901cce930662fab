"""Tells a chat what a person should look at: a run that failed, a check that found something, a night without a build.

Copy this file into `defs/` of your project and set `ALERTS_URL` to the address of an incoming webhook that takes
`{"text": "..."}`, as those of Slack and Mattermost do; for another one change `tell`. The books may become
`ALERTS_LATE_HOURS` old (26). Dagster's daemon has to run. For mail there is `dagster.make_email_on_run_failure_sensor`.
"""

import json
import os
import time
import urllib.request

import dagster as dg

PUBLISHED = dg.AssetKey("published")
ALWAYS_ON = dg.DefaultSensorStatus.RUNNING


def tell(text: str) -> None:
    """Send one message. A chat that cannot be reached fails the sensor's tick, which the UI shows."""
    body = json.dumps({"text": text}).encode()
    message = urllib.request.Request(os.environ["ALERTS_URL"], body, {"Content-Type": "application/json"})  # noqa: S310  the user's own address
    with urllib.request.urlopen(message, timeout=30):  # noqa: S310
        pass


@dg.run_failure_sensor(default_status=ALWAYS_ON, description="Tells of each run that failed, with the reason.")
def tell_of_failed_runs(context: dg.RunFailureSensorContext) -> None:
    """Say which steps failed and why; a run that died before any step says that itself."""
    steps = [event.step_failure_data.error_display_string for event in context.get_step_failure_events()]
    reasons = [text.partition("\n")[0] for text in steps if text] or [context.failure_event.message or ""]
    run = context.dagster_run
    tell("\n".join([f"{run.job_name} failed (run {run.run_id[:8]})", *reasons]))


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=ALWAYS_ON,
    description="Tells of checks that found something in a run that did not fail.",
)
def tell_of_findings(context: dg.RunStatusSensorContext) -> None:
    """Say which checks are yellow or red, and the first sentence of what they found."""
    run = context.dagster_run
    found = context.instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION)
    checks = [record.event_log_entry.dagster_event for record in found.records]
    results = [check.asset_check_evaluation_data for check in checks if check is not None]
    lines = [
        f"{result.check_name} on {result.asset_key.to_user_string()}: {(result.description or '').partition('. ')[0]}"
        for result in results
        if not result.passed
    ]
    if lines:
        tell("\n".join([f"{run.job_name} has something to look at (run {run.run_id[:8]})", *lines]))


@dg.sensor(
    minimum_interval_seconds=3600,
    default_status=ALWAYS_ON,
    description="Tells once that nothing has been published for more than a day.",
)
def tell_of_a_late_night(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """Look when the books were published last; the cursor is the publication that was told of as the last one."""
    newest = context.instance.fetch_materializations(PUBLISHED, limit=1).records
    hours = float(os.environ.get("ALERTS_LATE_HOURS", "26"))
    if not newest or time.time() - newest[0].timestamp < 3600 * hours:
        return dg.SkipReason("Nothing is late.")
    if context.cursor == f"{newest[0].storage_id}":
        return dg.SkipReason("Told already.")
    tell(
        "Nothing has been published for more than a day: is the schedule `nightly` on, and what does its last run say?"
    )
    context.update_cursor(f"{newest[0].storage_id}")
    return dg.SkipReason("Told.")
