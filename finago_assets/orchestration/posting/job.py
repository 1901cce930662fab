"""The ready job that posts a journal: checked, shown, and sent only where that is allowed.

Owns the order of things in a run and what fails it. That nothing is posted twice is the outbox's, whoever repeats it.
"""

import os
from typing import Any, Final

import dagster as dg

from finago_assets.core.connections.model import RegisteredConnection
from finago_assets.core.connections.references import follow_all
from finago_assets.core.connections.registry import open_registry
from finago_assets.core.errors import RequestRefused
from finago_assets.core.posting.check import CheckedJournal, check_journal
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.preview import preview_journal
from finago_assets.core.posting.preview_tables import tabulate_preview
from finago_assets.core.posting.read import read_journal
from finago_assets.core.posting.results import BundleResult, PostingWishes, announce_sending, exit_status
from finago_assets.core.posting.route import Route
from finago_assets.core.posting.send import Sender
from finago_assets.core.posting.switches import refuse_changed, refuse_unallowed
from finago_assets.core.progress import throttled
from finago_assets.orchestration.failures import typed_failures
from finago_assets.orchestration.posting.assets import OUTBOX_KEY
from finago_assets.orchestration.posting.config import (
    FromDuckdb,
    FromFile,
    FromSql,
    OfEnvironment,
    OfRegistry,
    PostingConfig,
)
from finago_assets.orchestration.posting.tables import outbox_facts, result_table, text_table
from finago_assets.orchestration.request.job import NEVER_AGAIN
from finago_assets.posting_names import RouteName
from finago_assets.posting_route import POSTING_KINDS, open_route, options_of
from finago_assets.settings import Settings, read_settings

POSTING_JOB: Final = "post_journal"
SEND_OP: Final = "send_journal"
# without it the launchpad opens with the fields of two kinds of source at once, which is none
OPENS_WITH_JOURNAL: Final = dg.RunConfig(ops={SEND_OP: PostingConfig(source=FromFile(path="journal.csv"))})


@dg.op(name=SEND_OP)
def send_journal(context: dg.OpExecutionContext, config: PostingConfig) -> None:
    """Check a journal, show what it would do, and send it where that is allowed; what was posted is not sent again."""
    with typed_failures(context):
        settings, save_as = read_settings(), SaveAs(config.save_as.value)
        if config.allow_writes:
            refuse_unallowed(save_as, allow_writes=True, into_the_ledger=config.into_the_ledger)
        read = read_journal(_source_of(config, settings))
        with open_route(
            settings, RouteName(config.route.value), _find_connection_row(config), context.log.info
        ) as route:
            options = options_of(route, settings, save_as, read.journal, tuple(config.ignore_warnings))
            checked = check_journal(read, route.read_lists(read.journal), options)
            facts = _describe_journal(checked, config)
            _refuse_faults(checked, facts)
            refuse_changed(checked, config.expect)
            if config.allow_writes:
                results = _send_journal(context, config, settings, route, checked)
                facts |= {"results": result_table(results)}
                _fail_unless_posted(results, facts)
            else:
                context.log.info(
                    "Nothing was sent: allow_writes is off. The preview is shown with the output; to send just this, "
                    "set expect to %s and allow_writes to true.",
                    checked.digest[:16],
                )
        context.add_output_metadata(facts)


def _refuse_faults(checked: CheckedJournal, facts: dict[str, Any]) -> None:
    try:
        checked.require()
    except RequestRefused as error:
        said = f"RequestRefused: {error}"
    else:
        return
    raise dg.Failure(said, metadata=facts, allow_retries=False)


def _send_journal(
    context: dg.OpExecutionContext, config: PostingConfig, settings: Settings, route: Route, checked: CheckedJournal
) -> list[BundleResult]:
    connection = config.connection.name if isinstance(config.connection, OfRegistry) else ""
    wishes = PostingWishes(
        checked.options.save_as, tuple(config.ignore_warnings), connection, config.again, config.although_posted
    )
    context.log.info(announce_sending(checked.journal, route, wishes))
    outbox = Outbox(settings.posting_dir, who=f"run {context.run_id}")
    sender = Sender(route, outbox, checked.lists, wishes, settings.posting_facts, say=throttled(context.log.info))
    try:
        results = sender.send(checked.require())
    finally:
        context.log_event(dg.AssetMaterialization(OUTBOX_KEY, metadata=outbox_facts(outbox.rows())))
    for result in results:
        context.log.log("INFO" if exit_status([result]) == 0 else "WARNING", result.told())
    return results


def _fail_unless_posted(results: list[BundleResult], facts: dict[str, Any]) -> None:
    """Fail the run where something is not posted, in the words of the first."""
    bad = [one for one in results if exit_status([one])]
    if bad:
        more = f" {len(bad) - 1:,} more are not posted." if len(bad) > 1 else ""
        stays = "What is posted stays, and no other run sends it again; see posting/outbox."
        raise dg.Failure(f"{bad[0].told()}{more} {stays}", metadata=facts, allow_retries=False)


def _source_of(config: PostingConfig, settings: Settings) -> str:
    match config.source:
        case FromFile(path=path):
            if "://" in path or path.startswith("duckdb:"):
                raise RequestRefused(
                    "The path of a file is to be a plain path; a database goes into `duckdb` or `sql`."
                )
            return path
        case FromDuckdb(file=file, table=table):
            return f"duckdb:{file or settings.published_warehouse}#{table}"
        case FromSql(url=url, table=table):
            notation = url.notation()
            found = follow_all(os.environ, {"database URL": notation}, advice="The journal's database is named there.")
            return f"{found['database URL']}#{table}"


def _find_connection_row(config: PostingConfig) -> RegisteredConnection | None:
    match config.connection:
        case OfEnvironment():
            return None
        case OfRegistry(name=name, registry=registry):
            return open_registry(registry.yaml or f"env:{registry.env}", POSTING_KINDS).named(name)


def _describe_journal(checked: CheckedJournal, config: PostingConfig) -> dict[str, Any]:
    """Return the preview and the findings as tables, without what entries say, such as comments."""
    facts: dict[str, Any] = {"digest": checked.digest[:16]}
    if config.description:
        facts["description"] = config.description
    if checked.findings:
        found = ((one.row or "", one.column or "", one.rule, one.severity) for one in checked.findings)
        facts["findings"] = text_table(("row", "column", "rule", "severity"), found)
    if checked.ok:
        preview = preview_journal(checked)
        tables = list(tabulate_preview(preview))[len(preview.vouchers) :]
        facts |= {table.title: text_table(table.columns, table.rows) for table in tables}
    return facts


@dg.job(
    name=POSTING_JOB,
    description="Post a journal: check it, show what it would do, and send it where allow_writes says so, as drafts "
    "unless told otherwise. A journal is never posted twice, whoever repeats the run.",
    tags=NEVER_AGAIN,
    config=OPENS_WITH_JOURNAL,
)
def post_journal() -> None:
    """Wire the one op."""
    send_journal()
