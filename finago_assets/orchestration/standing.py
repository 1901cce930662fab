"""Results of checks that stand: what the history says last is what was found, and nothing has changed since.

Owns the question whether that is so, and that such a result is not covered by a plan. Whether something has changed is
core/warehouse/unchanged.py's verdict.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from finago_assets.orchestration.retention import remove_planned_checks

if TYPE_CHECKING:
    from collections.abc import Mapping

    import dagster as dg

    from finago_assets.core.warehouse.generation import Verdict

EVALUATED_IN: Final = "evaluated_in_run"
_SUCCEEDED: Final = AssetCheckExecutionRecordStatus.SUCCEEDED
_EVALUATED: Final = {_SUCCEEDED, AssetCheckExecutionRecordStatus.FAILED}


def let_stand(
    instance: dg.DagsterInstance, run_id: str, verdicts: Mapping[dg.AssetCheckKey, Verdict]
) -> set[dg.AssetCheckKey]:
    """Return the checks whose last result in the history is this verdict, and remove what this run has planned of them.

    A plan that nothing follows would stand before the result as a check that was skipped.
    """
    standing = {key for key, verdict in verdicts.items() if _says(instance, key, verdict)}
    remove_planned_checks(instance, run_id, standing)
    return standing


def _says(instance: dg.DagsterInstance, key: dg.AssetCheckKey, verdict: Verdict) -> bool:
    last = instance.event_log_storage.get_asset_check_execution_history(key, limit=1, status=_EVALUATED)
    if not last or (last[0].status is _SUCCEEDED) != verdict.passed:
        return False
    found = last[0].evaluation
    said = None if found is None else found.metadata.get(EVALUATED_IN)
    return verdict.run in {last[0].run_id, None if said is None else said.value}
