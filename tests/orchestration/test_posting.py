"""Posting in Dagster: a job that sends only what it is allowed to, and assets that say what was posted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import pytest

from finago_assets.core.posting.outbox import Outbox
from finago_assets.definitions import build_definitions
from finago_assets.orchestration.jobs import EVERYTHING
from finago_assets.orchestration.posting import post_journal, posting_assets
from finago_assets.sandbox.faults import AnswerFault, Rule
from finago_assets.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dagster._config import ConfigType

    from finago_assets.sandbox.server import Running

RENT = """voucher,transaction_type_number,date,account_number,amount,tax_number,comment
A1,9,2024-05-31,6300,1250.40,0,Secret rent
A1,9,2024-05-31,1920,-1250.40,0,Secret rent
"""
LEDGER: dict[str, Any] = {"route": "rest", "save_as": "ledger", "into_the_ledger": True, "allow_writes": True}


@dataclass(frozen=True)
class Bench:
    """An office, a journal in its folder, and runs of the job and the assets."""

    office: Running
    folder: Path
    instance: dg.DagsterInstance

    @property
    def file(self) -> dict[str, Any]:
        return {"source": {"file": {"path": f"{self.folder / 'rent.csv'}"}}}

    def post(self, source: dict[str, Any] | None = None, **config: Any) -> dg.ExecuteInProcessResult:
        given = {"send_journal": {"config": {**(source or self.file), **config}}}
        return post_journal.execute_in_process({"ops": given}, instance=self.instance, raise_on_error=False)

    def look(self) -> dg.ExecuteInProcessResult:
        return dg.materialize(posting_assets(), instance=self.instance)

    def checks(self) -> dict[str, tuple[bool, str]]:
        found = self.look().get_asset_check_evaluations()
        return {one.check_name: (one.passed, one.description or "") for one in found}

    def stored(self, run: dg.ExecuteInProcessResult) -> str:
        records = self.instance.get_records_for_run(run.run_id).records
        return "\n".join(dg.serialize_value(record.event_log_entry) for record in records)

    def outbox(self) -> Outbox:
        return Outbox(self.folder / "posting")


@pytest.fixture
def bench(office: Running, tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch) -> Bench:
    for name, value in {**office.soap_environment(), "FINAGO_REQUESTS_PER_SECOND": "0"}.items():
        monkeypatch.setenv(name, value)
    (tmp_path / "rent.csv").write_text(RENT, encoding="utf-8")
    return Bench(office, tmp_path, instance)


def said(run: dg.ExecuteInProcessResult) -> str:
    (failure,) = run.get_step_failure_events()
    told = failure.step_failure_data.user_failure_data
    assert told is not None
    return str(told.description)


def shown(run: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = [one for one in run.events_for_node("send_journal") if one.is_successful_output]
    return {name: value.value for name, value in event.step_output_data.metadata.items()}


def test_with_nothing_allowed_a_run_shows_what_it_would_do_and_sends_nothing(bench: Bench) -> None:
    before = bench.office.books.ledger.count
    run = bench.post()

    assert run.success
    assert {"digest", "Effect on accounts", "What is sent"} <= set(shown(run))
    assert bench.office.books.ledger.count == before
    assert bench.office.control.soap.drafts() == []
    assert bench.outbox().rows() == []


def test_a_draft_is_made_where_writes_are_allowed_and_no_second_run_makes_another(bench: Bench) -> None:
    first, second = bench.post(allow_writes=True), bench.post(allow_writes=True)

    assert first.success
    assert second.success
    assert len(bench.office.control.soap.drafts()) == 1
    (row,) = bench.outbox().rows()
    assert row.who == f"run {first.run_id}"
    assert bench.instance.get_latest_materialization_event(dg.AssetKey(["posting", "outbox"])) is not None


def test_the_ledger_needs_both_switches(bench: Bench) -> None:
    refused = bench.post(**{**LEDGER, "into_the_ledger": False})
    before = bench.office.books.ledger.count
    done = bench.post(**LEDGER)

    assert not refused.success
    assert "into_the_ledger" in said(refused)
    assert done.success
    assert bench.office.books.ledger.count - before == 2


def test_a_journal_that_changed_since_it_was_shown_is_not_sent(bench: Bench) -> None:
    digest = shown(bench.post(route="rest", save_as="ledger"))["digest"]
    (bench.folder / "rent.csv").write_text(RENT.replace("1250.40", "1250.41"), encoding="utf-8")

    assert "is not what was previewed" in said(bench.post(**LEDGER, expect=digest))
    assert bench.outbox().rows() == []


def test_faults_fail_the_run_and_are_shown_without_what_the_table_says(bench: Bench) -> None:
    (bench.folder / "rent.csv").write_text(RENT.replace("6300", "6301"), encoding="utf-8")
    run = bench.post(**LEDGER)

    assert "account-unknown" in said(run)
    assert "Secret rent" not in bench.stored(run)


def test_a_refusal_fails_the_run_with_the_next_step_and_is_not_tried_again(bench: Bench) -> None:
    bench.office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=422, path="*/transactions", times=1))
    run = bench.post(**LEDGER)

    assert "Refused by the server" in said(run)
    assert "posting/outbox" in said(run)
    assert "Secret rent" not in bench.stored(run)
    assert bench.post(**LEDGER, again=True).success


def test_a_table_of_the_published_warehouse_is_posted(bench: Bench) -> None:
    with duckdb.connect(bench.folder / "finago.duckdb") as warehouse:
        warehouse.execute(
            "create schema own; create table own.accruals as select 'A1' as voucher, 9 as transaction_type_number, "
            "date '2024-05-31' as date, unnest([6300, 1920]) as account_number, "
            "unnest([100.00, -100.00]::decimal(18, 2)[]) as amount, '0' as tax_number"
        )
    assert bench.post({"source": {"duckdb": {"table": "own.accruals"}}}, allow_writes=True).success
    assert bench.outbox().rows()[0].source.endswith("finago.duckdb#own.accruals")


def test_an_address_is_no_path(bench: Bench) -> None:
    run = bench.post({"source": {"file": {"path": "postgresql://a:secret@b/c#d"}}})
    assert "a database goes into" in said(run)
    assert "secret" not in said(run)


def test_where_nothing_was_ever_posted_the_assets_have_no_rows_and_nothing_is_wrong(bench: Bench) -> None:
    run = bench.look()

    assert run.success
    counts = [
        event.materialization.metadata["dagster/row_count"].value
        for name in ("posting_outbox", "posting_receipts")
        for event in run.get_asset_materialization_events()
        if event.node_name == name
    ]
    assert counts == [0, 0]
    assert all(passed for passed, _ in bench.checks().values())
    assert not bench.outbox().file.exists()


def test_an_unknown_end_is_a_yellow_check_that_says_what_to_look_at(bench: Bench) -> None:
    lost = Rule(fault=AnswerFault.RESET, work=False, method="POST", path="*/transactions", times=1)
    bench.office.control.set_faults(lost)
    run = bench.post(**LEDGER)

    passed, told = bench.checks()["nothing_posted_is_unknown"]
    assert not run.success
    assert not passed
    assert "post settle fa-" in told


def test_a_setting_that_the_ledger_contradicts_is_a_yellow_check_until_it_is_set(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = "voucher,transaction_type_number,date,account_number,amount,tax_number,currency_code,currency_rate"
    text = f"{columns}\nA1,9,2024-05-31,6300,10.00,0,EUR,11.5\nA1,9,2024-05-31,1920,-10.00,0,EUR,11.5\n"
    (bench.folder / "rent.csv").write_text(text, encoding="utf-8")
    bench.office.control.soap.set(amounts="foreign")
    into = {**LEDGER, "route": "soap"}
    bench.post(**into)
    passed, told = bench.checks()["posting_settings_are_right"]
    monkeypatch.setenv("FINAGO_POSTING_AMOUNTS", "currency")
    (bench.folder / "rent.csv").write_text(text.replace("A1", "A2").replace("10.00", "11.00"), encoding="utf-8")
    bench.post(**into)

    assert (passed, "set FINAGO_POSTING_AMOUNTS=currency" in told) == (False, True)
    assert bench.checks()["posting_settings_are_right"][0]


def test_every_field_of_the_launchpad_is_explained() -> None:
    definitions = build_definitions(Settings())
    schema: Any = definitions.resolve_job_def("post_journal").get_node_named("send_journal").definition
    fields = dict(_fields(schema.config_schema.config_type, ""))

    assert {"/allow_writes", "/into_the_ledger", "/expect", "/source/duckdb/table"} <= set(fields)
    assert [path for path, explanation in fields.items() if not explanation] == []


def _fields(kind: ConfigType, path: str) -> Iterator[tuple[str, str | None]]:
    for name, field in getattr(kind, "fields", {}).items():
        yield f"{path}/{name}", field.description
        yield from _fields(field.config_type, f"{path}/{name}")


def test_everything_includes_the_assets_and_never_the_sending() -> None:
    everything = build_definitions(Settings()).resolve_job_def(EVERYTHING)
    names = {node.name for node in everything.nodes}
    assert {"posting_outbox", "posting_receipts"} <= names
    assert "send_journal" not in names


def test_the_launchpad_opens_with_a_config_that_could_be_launched() -> None:
    opened = dg.validate_run_config(post_journal)
    assert opened["ops"]["send_journal"]["config"]["source"] == {"file": {"path": "journal.csv"}}
