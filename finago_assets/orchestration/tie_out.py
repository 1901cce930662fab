"""The tie-out as one asset check: for every account and landed month the ledger moved as the ERP says it did.

Owns the verdict and what it shows: a table of the differences, sums by month, a picture. FINAGO_TIE_OUT=block makes it
withhold publication; the previous warehouse then stays.
"""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import dagster as dg
import duckdb
from dagster import AssetCheckExecutionContext

from finago_assets.orchestration.failures import typed_failures
from finago_assets.orchestration.plots import picture
from finago_assets.orchestration.tables import show_rows
from finago_assets.orchestration.warehouse import locked, publisher
from finago_assets.settings import Settings, TieOut, read_settings

TIE_OUT_CHECK: Final = "ties_to_the_erp"
MART: Final = dg.AssetKey(["marts", "ledger_tie_out"])

_MONTHS: Final = """
    select strftime(period, '%Y-%m') as month,
        count(*) filter (where status = 'ties') as ties,
        count(*) filter (where status = 'differs') as differs,
        count(*) filter (where status = 'opens differently') as opens_differently,
        count(*) filter (where status = 'not told') as not_told,
        count(*) filter (where status = 'not landed') as not_landed,
        coalesce(sum(abs(difference)) filter (where status = 'differs'), 0) as difference
    from marts.ledger_tie_out group by period order by period
"""
_DIFFERENCES: Final = """
    select organization_id, strftime(period, '%Y-%m') as month, account_number, account_name,
        ledger_change, reported_change, difference
    from marts.ledger_tie_out where status = 'differs' order by period, abs(difference) desc, account_number
"""
_UNTOLD: Final = """
    select organization_id, strftime(period, '%Y-%m') as month, account_number, account_name, reported_change
    from marts.ledger_tie_out where status = 'not told' order by period, account_number
"""
_OPENINGS: Final = """
    select organization_id, strftime(period, '%Y-%m') as month, account_number, account_name,
        reported_closing - reported_change - opening_difference as closed_before,
        reported_closing - reported_change as opens_with, opening_difference as difference
    from marts.ledger_tie_out where status = 'opens differently'
    order by period, abs(opening_difference) desc, account_number
"""


def tie_out_check(settings: Settings) -> dg.AssetChecksDefinition:
    """Return the check; it blocks publication only when the settings say so."""
    blocks = settings.tie_out is TieOut.BLOCK

    @dg.asset_check(
        asset=MART,
        name=TIE_OUT_CHECK,
        blocking=blocks,
        description="For every account and wholly landed month, the ledger's change is the ERP's own, to the øre.",
    )
    def ties_to_the_erp(context: AssetCheckExecutionContext) -> dg.AssetCheckResult:
        now = read_settings()
        with (
            typed_failures(context),
            _build_to_judge(now, context) as path,
            closing(duckdb.connect(path, read_only=True)) as warehouse,
        ):
            result = verdict(warehouse, blocks=blocks)
        context.log.info(result.description or "The ledger ties to the ERP.")
        return result

    return ties_to_the_erp


@contextmanager
def _build_to_judge(settings: Settings, context: AssetCheckExecutionContext) -> Iterator[Path]:
    """Give the copy that this run kept of its build; where it built nothing, the working warehouse, held."""
    copy = publisher(settings).copy_of(context.run.run_id)
    if copy.exists():
        yield copy
    else:
        with locked(settings, context):
            yield settings.working_warehouse


def count_statuses(warehouse: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Return how many account-months have which status."""
    return dict(warehouse.execute("select status, count(*) from marts.ledger_tie_out group by status").fetchall())


def verdict(warehouse: duckdb.DuckDBPyConnection, *, blocks: bool) -> dg.AssetCheckResult:
    """Return the check's result over a built warehouse."""
    counts = count_statuses(warehouse)
    differs, ties, opens = counts.get("differs", 0), counts.get("ties", 0), counts.get("opens differently", 0)
    said = f"{ties:,} account-months tie, {differs:,} differ, {counts.get('not landed', 0):,} are not wholly landed."
    untold = counts.get("not told", 0)
    if untold:
        said += (
            f" In {untold:,} nothing tells what an amount in another currency is, so the ledger's change is NULL: the "
            "check foreign_amounts_are_understood names the currencies and the row of a seed that settles each."
        )
    if opens:
        said += (
            f" In {opens:,} the change ties, and the ERP opens the month with another balance than it closed the month "
            "before with: see what was changed in a closed year there, and post it or take it back."
        )
    if differs and not blocks:
        said += " This is a warning: the books are published all the same."
    # Dagster sorts them by name: what is to be looked at comes first
    metadata: dict[str, dg.MetadataValue] = {}
    if differs:
        metadata["differences"] = show_rows(warehouse, _DIFFERENCES)
    if untold:
        metadata["not_told"] = show_rows(warehouse, _UNTOLD)
    if opens:
        metadata["openings"] = show_rows(warehouse, _OPENINGS)
    if (drawn := picture(warehouse, "ledger_tie_out")) is not None:
        metadata["picture"] = drawn
    metadata["months"] = show_rows(warehouse, _MONTHS)
    return dg.AssetCheckResult(
        passed=not differs and not opens and not untold,
        # neither an amount that nothing tells nor what the ERP says of its own openings is a difference from our ledger
        severity=dg.AssetCheckSeverity.ERROR if blocks and differs else dg.AssetCheckSeverity.WARN,
        description=said,
        metadata=metadata,
    )
