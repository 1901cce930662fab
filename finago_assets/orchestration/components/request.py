"""`FinagoRequest`: a request of the user's own as an asset, with a job and a schedule.

Owns which definitions it becomes and when they run. The YAML's fields are request_fields.py's, the asset is
request_asset.py's.
"""

from datetime import timedelta

import dagster as dg

from finago_assets.core.windows import Window, oslo_today
from finago_assets.orchestration.components.fields import by_name
from finago_assets.orchestration.components.request_asset import request_asset, request_key
from finago_assets.orchestration.components.request_fields import RequestFields
from finago_assets.orchestration.components.scaffolding import RequestScaffolder
from finago_assets.orchestration.partitions import range_tags
from finago_assets.orchestration.request.job import NEVER_AGAIN
from finago_assets.settings import Settings, read_settings


@dg.scaffold_with(RequestScaffolder)
class FinagoRequest(RequestFields, dg.Component):
    """Sends a request to Finago Office on a schedule: an asset with checks and metadata, its records where you want.

    Every weekday morning, the orders that wait, as a table:

        type: finago_assets.FinagoRequest
        attributes:
          name: waiting_orders
          template: salesorders.list
          query: {status: Draft}
          all_pages: true
          into: duckdb:exports/extra.duckdb#office.waiting_orders
          schedule: "30 6 * * 1-5"

    One file for each day, on the project's own partitions:

        type: finago_assets.FinagoRequest
        attributes:
          name: bank_movements
          path: /transactionlines
          query: {dateFrom: "{date}", dateTo: "{next_date}", accountNumber: 1920}
          all_pages: true
          partitioned: true
          into: exports/bank-{date}.parquet
          schedule: "0 7 * * *"
    """

    @classmethod
    def get_spec(cls) -> dg.ComponentTypeSpec:
        """What the catalogue of components lists."""
        return dg.ComponentTypeSpec(
            tags=["finago"], owners=["team:finance-data"], produces=["asset", "asset_check", "job", "schedule"]
        )

    def build_defs(self, context: dg.ComponentLoadContext) -> dg.Definitions:
        """Return the asset, its job and its schedule. Raises SettingInvalid naming the field that does not fit."""
        by_name("Request", context.component_tree.get_all_components(of_type=FinagoRequest))
        settings, request = read_settings(), self.checked()
        asset = request_asset(self, request, settings)
        job = dg.define_asset_job(
            f"request_{self.name}",
            dg.AssetSelection.assets(request_key(self)),
            description=self.title,
            tags=NEVER_AGAIN if request.writes else None,
        )
        schedules = [] if self.schedule is None else [self._schedule(self.schedule, settings)]
        return dg.Definitions(assets=[asset], jobs=[job], schedules=schedules)

    def _schedule(self, cron: str, settings: Settings) -> dg.ScheduleDefinition:
        def run(context: dg.ScheduleEvaluationContext) -> dg.RunRequest | dg.SkipReason:
            if not self.partitioned:
                return dg.RunRequest()
            today = oslo_today(context.scheduled_execution_time)
            first = max(settings.start_date, today - timedelta(days=self.days))
            if first >= today:
                return dg.SkipReason(f"There is no whole day yet since {settings.start_date}.")
            return dg.RunRequest(tags=range_tags(Window(first, today)))

        try:
            return dg.ScheduleDefinition(
                name=f"request_{self.name}",
                job_name=f"request_{self.name}",
                cron_schedule=cron,
                execution_timezone="Europe/Oslo",
                execution_fn=run,
                description=self.title,
            )
        except dg.DagsterInvalidDefinitionError:
            raise self.refused("schedule", "is no cron expression, such as '30 6 * * 1-5'") from None
