"""The month-end binder as an asset: made of what is published, and shown with what is open in it.

Owns which binders a run makes and what the UI shows of them. What a binder is lies in `report`.
"""

import os
from collections.abc import Iterator
from typing import Any, Final

import dagster as dg
from dagster import AssetExecutionContext
from pydantic import Field

from finago_assets.core.errors import NotLanded
from finago_assets.core.windows import oslo_today, utc_now
from finago_assets.month_end import opened_publication
from finago_assets.orchestration.failures import typed_failures
from finago_assets.orchestration.layers import REPORT_LAYER
from finago_assets.orchestration.warehouse import PUBLISHED
from finago_assets.report.binder import MadeBinder, make_binder
from finago_assets.report.decisions import count_verdicts
from finago_assets.report.exceptions import ExceptionVerdict
from finago_assets.report.month import last_closed_month, parse_month
from finago_assets.report.source import choose_organizations
from finago_assets.settings import read_settings

REPORT: Final = dg.AssetKey("report")
MAKE_REPORT: Final = "make_report"


class ReportConfig(dg.Config):
    """Which binder is made."""

    period: str = Field(default="", description="The month as YYYY-MM; empty: the last one that is over.")
    organization: str = Field(default="", description="One organization; empty: all that are published.")


def report_asset() -> dg.AssetsDefinition:
    """Return the asset. It has no partitions, so that a run over days may take it along."""
    spec = dg.AssetSpec(
        REPORT,
        deps=[PUBLISHED],
        group_name="month_end",
        owners=["team:finance-data"],
        kinds={"excel", "html"},
        tags=dict([REPORT_LAYER]),
        description=(
            "The month-end binder: one Excel workbook and one HTML page for each organization, made of the published "
            "file. Tie-out, trial balance, profit and loss and balance sheet against last year, who owes whom by age, "
            "VAT against the ledger, the journal, what the checks found, what changed since the last binder, and the "
            "list of exceptions with what people decided. The job `month_end` makes it; its schedule is off until you "
            "switch it on. See docs/month-end.md."
        ),
    )

    @dg.multi_asset(name=MAKE_REPORT, specs=[spec], backfill_policy=dg.BackfillPolicy.single_run())
    def make_report_asset(context: AssetExecutionContext, config: ReportConfig) -> Iterator[dg.MaterializeResult[None]]:
        with typed_failures(context):
            yield dg.MaterializeResult(asset_key=REPORT, metadata=_make_report(context, config))

    return make_report_asset


def _make_report(context: AssetExecutionContext, config: ReportConfig) -> dict[str, Any]:
    settings, today = read_settings(), oslo_today()
    month = parse_month(config.period, today) if config.period else last_closed_month(today)
    with opened_publication(settings) as source:
        try:
            organizations = choose_organizations(source, config.organization or None, month)
        except NotLanded as error:
            if config.period:
                raise
            # a run over other days takes this asset along, and nothing went wrong in it
            context.log.warning("%s", error)
            return {"period": f"{month}", "no_binder": str(error)}
        made = []
        for organization in organizations:
            made.append(make_binder(source, organization, month, settings.report_dir, utc_now()))
            context.log.info(made[-1].sentence())
    return _facts_of_binders(f"{month}", made)


def _facts_of_binders(month: str, made: list[MadeBinder]) -> dict[str, Any]:
    """Return what the asset's page shows: how many exceptions of which verdict, where the files are, and the list."""
    counts = [count_verdicts(one.judged) for one in made]
    totals = {verdict.value: sum(count[verdict] for count in counts) for verdict in counts[0]}
    files = "\n".join(f"- {one.title}: `{one.place.page}`, `{one.place.workbook.name}` beside it" for one in made)
    return {
        "period": month,
        **totals,
        **({"exceptions": _list_open(made)} if sum(totals.values()) > totals[ExceptionVerdict.PASS] else {}),
        "binders": dg.MetadataValue.md(f"Open them in a browser and in a spreadsheet:\n\n{files}"),
        "dagster/uri": f"file://{os.fspath(made[0].place.page.absolute())}",
    }


def _list_open(made: list[MadeBinder]) -> dg.TableMetadataValue:
    """Return what is not passed, of every organization."""
    names = ("organization", "verdict", "exception", "why", "what to do", "decided by")
    records = [
        dg.TableRecord(dict(zip(names, cells, strict=True)))
        for one in made
        for judged in one.judged
        if judged.verdict is not ExceptionVerdict.PASS
        for item in [judged.item]
        for decided in [judged.decision.by if judged.decision else ""]
        for cells in [(one.title, judged.verdict.value, item.id, item.why, item.to_do, decided)]
    ]
    return dg.MetadataValue.table(records, schema=dg.TableSchema([dg.TableColumn(name) for name in names]))
