"""Two assets about posting: the outbox, and the receipts, which hold it against the published warehouse.

Owns what is shown and which checks speak. Neither sends anything, and where nothing was ever posted both have 0 rows.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import dagster as dg

from finago_assets.core.posting.facts import contradictions_in
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.outbox_row import OutboxRow
from finago_assets.core.posting.receipts import PostingReceipt, ReceiptStatus
from finago_assets.core.posting.results import counted
from finago_assets.core.posting.settle import UNDECIDED
from finago_assets.orchestration.failures import typed_failures
from finago_assets.orchestration.posting.tables import outbox_facts, receipt_facts, receipt_table
from finago_assets.orchestration.warehouse import PUBLISHED
from finago_assets.posting_receipts import collect_receipts
from finago_assets.settings import read_settings

OUTBOX_KEY: Final = dg.AssetKey(["posting", "outbox"])
RECEIPTS_KEY: Final = dg.AssetKey(["posting", "receipts"])
# a draft is looked at within a working week
OLD_DRAFT_DAYS: Final = 7
_WRONG: Final = (ReceiptStatus.DIFFERS, ReceiptStatus.MISSING)


def posting_assets() -> list[dg.AssetsDefinition]:
    """Return both assets with their checks."""
    return [_outbox_asset(), _receipts_asset()]


def _outbox_asset() -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        OUTBOX_KEY,
        group_name="posting",
        owners=["team:finance-data"],
        kinds={"sqlite"},
        description="What was posted from this data folder, a row for each bundle: where to, under which numbers, by "
        "whom, and how it stands. It is what keeps a journal from being posted twice; back it up.",
    )

    @dg.multi_asset(
        name="posting_outbox",
        specs=[spec],
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[
            dg.AssetCheckSpec(
                "nothing_posted_is_unknown",
                asset=OUTBOX_KEY,
                description="Of every bundle that was sent it is known whether it stands in Finago Office. One that "
                "is not is listed with what to look at.",
            ),
            dg.AssetCheckSpec(
                "posting_settings_are_right",
                asset=OUTBOX_KEY,
                description="What the vendor leaves open, and variables such as FINAGO_POSTING_TAX say, is what the "
                "ledger shows of the bundles that were posted with them.",
            ),
        ],
    )
    def posting_outbox(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with typed_failures(context):
            rows = Outbox(read_settings().posting_dir).rows()
        yield dg.MaterializeResult(
            asset_key=OUTBOX_KEY, metadata=outbox_facts(rows), check_results=[judge_outbox(rows), judge_settings(rows)]
        )

    return posting_outbox


def _receipts_asset() -> dg.AssetsDefinition:
    spec = dg.AssetSpec(
        RECEIPTS_KEY,
        deps=[OUTBOX_KEY, PUBLISHED],
        group_name="posting",
        owners=["team:finance-data"],
        kinds={"duckdb"},
        description="Each posted bundle held against marts.general_ledger of the published warehouse, to the øre: in "
        "the ledger, different, missing, not landed since, or a draft that nobody has booked.",
    )

    @dg.multi_asset(
        name="posting_receipts",
        specs=[spec],
        backfill_policy=dg.BackfillPolicy.single_run(),
        check_specs=[
            dg.AssetCheckSpec(
                "posted_is_in_the_ledger",
                asset=RECEIPTS_KEY,
                description="What was posted is in the ledger after its days have landed again, to the øre: same "
                "accounts, days, amounts, customers and tax codes.",
            ),
            dg.AssetCheckSpec(
                "drafts_are_booked",
                asset=RECEIPTS_KEY,
                description=f"No draft has waited for more than {OLD_DRAFT_DAYS} days to be booked or deleted.",
            ),
        ],
    )
    def posting_receipts(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        with typed_failures(context):
            receipts = collect_receipts(read_settings())
        checks = [judge_receipts(receipts), judge_drafts(receipts)]
        yield dg.MaterializeResult(asset_key=RECEIPTS_KEY, metadata=receipt_facts(receipts), check_results=checks)

    return posting_receipts


def judge_outbox(rows: Iterable[OutboxRow]) -> dg.AssetCheckResult:
    """Return whether all is known; a bundle that is not is a person's to look at."""
    unknown = [row for row in rows if row.state in UNDECIDED]
    said = [f"{row.name} ({row.marker}): {row.reason}" for row in unknown]
    return dg.AssetCheckResult(
        check_name="nothing_posted_is_unknown",
        passed=not unknown,
        severity=dg.AssetCheckSeverity.WARN,
        description=_first(said) if said else "Of every bundle it is known whether it was posted.",
        metadata={"unknown": len(unknown)},
    )


def judge_settings(rows: Iterable[OutboxRow]) -> dg.AssetCheckResult:
    """Return whether the newest read-back of each route contradicts a setting; older ones may have been made right."""
    newest = {(row.organization_id, row.route): row for row in rows if row.read_back}
    said = sorted({one for row in newest.values() for one in contradictions_in(row.read_back)})
    return dg.AssetCheckResult(
        check_name="posting_settings_are_right",
        passed=not said,
        severity=dg.AssetCheckSeverity.WARN,
        description=_first(said) if said else "No read-back contradicts a setting.",
        metadata={"contradicted": len(said)},
    )


def judge_receipts(receipts: Iterable[PostingReceipt]) -> dg.AssetCheckResult:
    """Return whether the ledger has what was posted."""
    receipts = list(receipts)
    wrong = [one for one in receipts if one.status in _WRONG]
    there = sum(one.status is ReceiptStatus.IN_THE_LEDGER for one in receipts)
    waits = sum(one.status is ReceiptStatus.WAITS for one in receipts)
    said = [f"{one.row.name} ({one.row.marker}): {one.sentence}" for one in wrong]
    well = (
        f"In the ledger, to the øre: {counted(there, 'bundle')}. Waiting for their days to be landed again: {waits:,}."
    )
    return dg.AssetCheckResult(
        check_name="posted_is_in_the_ledger",
        passed=not wrong,
        severity=dg.AssetCheckSeverity.ERROR,
        description=f"Not in the ledger as sent: {counted(len(wrong), 'bundle')}. {_first(said)}" if wrong else well,
        metadata={"wrong": receipt_table(wrong)} if wrong else {"in_the_ledger": there},
    )


def judge_drafts(receipts: Iterable[PostingReceipt]) -> dg.AssetCheckResult:
    """Return whether drafts are booked, and list those that are not by their age."""
    drafts = [one for one in receipts if one.status is ReceiptStatus.DRAFT]
    old = [one for one in drafts if one.days > OLD_DRAFT_DAYS]
    said = f"Not booked yet: {counted(len(drafts), 'draft')}, of them older than {OLD_DRAFT_DAYS} days: {len(old):,}."
    return dg.AssetCheckResult(
        check_name="drafts_are_booked",
        passed=not old,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{said} Book them in Finago Office, or delete them there." if old else said,
        metadata={"drafts": receipt_table(drafts)} if drafts else {},
    )


def _first(said: list[str]) -> str:
    more = f" And {len(said) - 3:,} more." if len(said) > 3 else ""
    return " ".join(said[:3]) + more
