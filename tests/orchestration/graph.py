"""Runs parts of the real graph in this process against a sandbox: the seam of the orchestration tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg

from finago_assets.apis.finago import FINAGO
from finago_assets.orchestration.raw import raw_assets, raw_key
from finago_assets.orchestration.resources import FinagoResource
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

START = "2024-01-01"


@dataclass(frozen=True)
class Run:
    """What a run left behind, read the way the UI reads it."""

    result: dg.ExecuteInProcessResult
    instance: dg.DagsterInstance

    def materializations(self, endpoint: str) -> list[dg.AssetMaterialization]:
        """Every materialization event of this run for one endpoint, oldest first."""
        records = self.instance.get_records_for_run(
            self.result.run_id, of_type=dg.DagsterEventType.ASSET_MATERIALIZATION
        )
        found = [record.event_log_entry.dagster_event for record in records.records]
        key = raw_key("finago", endpoint)
        return [event.step_materialization_data.materialization for event in found if event and event.asset_key == key]

    def checks(self, endpoint: str) -> dict[str, dg.AssetCheckEvaluation]:
        """Every check evaluation of this run for one endpoint, by name."""
        found = self.result.get_asset_check_evaluations()
        return {check.check_name: check for check in found if check.asset_key == raw_key("finago", endpoint)}

    def log(self) -> str:
        """Everything the run log holds, errors with it, as it is stored."""
        records = self.instance.get_records_for_run(self.result.run_id).records
        return "\n".join(dg.serialize_value(record.event_log_entry) for record in records)


def land(
    instance: dg.DagsterInstance,
    *endpoints: str,
    first: str = START,
    last: str | None = None,
    tags: dict[str, str] | None = None,
    also: Sequence[dg.AssetsDefinition] = (),
) -> Run:
    """Materialize raw endpoints over a range of days, with the settings of the environment."""
    assets: list[Any] = [*raw_assets(FINAGO, read_settings()), *also]
    days = {"dagster/asset_partition_range_start": first, "dagster/asset_partition_range_end": last or first}
    result = dg.materialize(
        assets,
        selection=[*(raw_key("finago", name) for name in endpoints), *(asset.key for asset in also)],
        resources={"finago": FinagoResource()},
        instance=instance,
        tags={**days, **(tags or {})},
        raise_on_error=False,
    )
    return Run(result, instance)
