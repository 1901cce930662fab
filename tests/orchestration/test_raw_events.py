"""What a landing run looks like in Dagster: one event a day, checks, a withheld scope, resumption."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dagster as dg
import duckdb
import pytest
from dagster._core.definitions.data_version import DATA_VERSION_TAG

from finago_assets.orchestration.checks import CHECK
from finago_assets.orchestration.metadata import ROWS_ON_THIS_DAY
from finago_assets.sandbox.faults import AnswerFault, Rule
from tests.orchestration.graph import land

if TYPE_CHECKING:
    from pathlib import Path

    from finago_assets.sandbox.server import Running


@dg.asset(
    key=["finago_test", "downstream"],
    deps=[["finago", "transactionlines"], ["finago", "taxes"], ["finago", "dimension_elements"]],
)
def downstream() -> None:
    """Stands for dbt: must run whatever was withheld upstream, and whatever a single record was refused."""


@pytest.mark.usefixtures("office")
def test_each_landed_day_has_exactly_one_event_with_its_facts(instance: dg.DagsterInstance) -> None:
    run = land(instance, "transactionlines", last="2024-01-31")
    assert run.result.success
    events = run.materializations("transactionlines")
    assert sorted(event.partition or "" for event in events) == [f"2024-01-{day:02d}" for day in range(1, 32)]
    with_rows = [event for event in events if event.metadata[ROWS_ON_THIS_DAY].value]
    assert with_rows
    for event in with_rows:
        # the definition has the columns, once, and the data version is the digest
        assert set(event.metadata) == {ROWS_ON_THIS_DAY, "file", "payload_bytes", "fetched", "fetched_at"}
        assert str(event.metadata["file"].value).endswith("data.parquet")
        assert str(event.metadata["fetched"].value).startswith("with 2024-01-01 to 2024-01-31: ")
        rows = event.metadata[ROWS_ON_THIS_DAY].value
        assert event.description == f"finago/transactionlines of {event.partition}: {rows} rows"
    # a day without a row takes as little room on the page of its run as Dagster allows
    without = [event for event in events if event not in with_rows]
    assert without
    assert all(set(event.metadata) == {ROWS_ON_THIS_DAY} for event in without)


@pytest.mark.usefixtures("office")
def test_the_days_of_a_window_without_a_row_are_named_in_one_line(instance: dg.DagsterInstance) -> None:
    run = land(instance, "transactionlines", last="2024-01-31")
    (said,) = [
        entry.user_message for entry in instance.all_logs(run.result.run_id) if "Without a row" in entry.user_message
    ]
    days = [event.partition or "" for event in run.materializations("transactionlines")]
    empty = [event.partition for event in run.materializations("transactionlines") if len(event.metadata) == 1]
    assert said.startswith(f"transactionlines: {len(days)} of 31 days landed, ")
    assert f"Without a row: {len(empty)} days (" in said


@pytest.mark.usefixtures("office")
def test_the_check_passes_and_shows_what_was_read_again_by_month(instance: dg.DagsterInstance) -> None:
    checks = land(instance, "transactionlines", first="2024-01-15", last="2024-02-15").checks("transactionlines")
    assert {name: check.passed for name, check in checks.items()} == {CHECK: True}
    table = checks[CHECK].metadata["months"].value
    assert [row.data["month"] for row in table.records] == ["2024-01", "2024-02"]  # type: ignore[union-attr]
    assert [row.data["days"] for row in table.records] == [17, 15]  # type: ignore[union-attr]


def test_a_withheld_scope_lands_nothing_warns_with_its_name_and_lets_downstream_run(
    office: Running, instance: dg.DagsterInstance
) -> None:
    office.control.withhold("taxes")
    run = land(instance, "taxes", "transactionlines", also=[downstream])
    assert run.result.success
    assert run.materializations("taxes") == []
    check = run.checks("taxes")[CHECK]
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    assert "api.accounting.tax:read" in (check.description or "")
    assert len(run.result.asset_materializations_for_node("finago_test__downstream")) == 1


def test_a_scope_withheld_from_a_windowed_endpoint_leaves_earlier_files_and_marks_no_day(
    office: Running, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    land(instance, "banktransactions", last="2024-01-10")
    before = _digests(tmp_path, "banktransactions")
    office.control.withhold("banktransactions")
    run = land(instance, "banktransactions", last="2024-01-20")
    assert run.result.success
    assert run.materializations("banktransactions") == []
    assert "has not granted" in (run.checks("banktransactions")[CHECK].description or "")
    assert _digests(tmp_path, "banktransactions") == before
    assert len(before) == 10


@pytest.mark.parametrize("endpoint", ["taxes", "transactionlines"])
def test_a_page_of_a_firewall_fails_the_step_and_is_no_scope(
    office: Running, instance: dg.DagsterInstance, endpoint: str
) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.HTML, status=403, path=f"/v1/{endpoint}"))
    run = land(instance, endpoint)
    assert not run.result.success
    assert run.materializations(endpoint) == []
    assert run.checks(endpoint) == {}
    assert f"Blocked: GET /{endpoint}: refused by something that is not the API (status 403" in run.log()
    assert "has not granted" not in run.log()


def test_a_child_whose_parent_is_withheld_is_a_warning_too(office: Running, instance: dg.DagsterInstance) -> None:
    office.control.withhold("salesorders")
    run = land(instance, "salesorders", "salesorder_lines")
    assert run.result.success
    warned = run.checks("salesorder_lines")[CHECK]
    assert not warned.passed
    assert "api.invoicing.salesorder:read" in (warned.description or "")


def test_what_is_refused_for_one_order_is_named_until_it_has_landed_and_the_others_land(
    office: Running, instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    assert land(instance, "salesorders", "salesorder_lines", first="2024-01-20", last="2024-02-29").result.success
    sound = _by_order(tmp_path)
    assert len(sound) > 1
    order, day = next(iter(sound))
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=403, path=f"/v1/salesorders/{order}/lines"))
    run = land(instance, "salesorders", "salesorder_lines", first="2024-01-20", last="2024-02-29")
    assert run.result.success
    assert len(run.materializations("salesorder_lines")) == 41
    assert _by_order(tmp_path) == {one: rows for one, rows in sound.items() if one != (order, day)}
    check = run.checks("salesorder_lines")[CHECK]
    assert (check.passed, check.severity) == (False, dg.AssetCheckSeverity.WARN)
    said = check.description or ""
    assert said.startswith("salesorder_lines lacks what belongs to 1 record of salesorders, because the API refused")
    assert f"salesorders {order} of {day} (Forbidden, status 403, trace id " in said
    assert f"materialize finago/salesorder_lines for {day} again" in said
    (row,) = check.metadata["parents"].value.records  # type: ignore[union-attr]
    assert (row.data["key"], row.data["day"], row.data["status"]) == (order, day, 403)
    assert f"salesorder_lines {day}: salesorders {order}: GET /salesorders" in run.log()

    office.control.set_faults()
    other = "2024-03-01"
    elsewhere = land(instance, "salesorders", "salesorder_lines", first=other)
    assert order in (elsewhere.checks("salesorder_lines")[CHECK].description or "")
    again = land(instance, "salesorder_lines", first=day)
    assert again.checks("salesorder_lines")[CHECK].passed
    assert _by_order(tmp_path, before=other) == sound


def test_a_dimension_that_is_refused_is_named_and_the_others_land(
    office: Running, instance: dg.DagsterInstance
) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=400, path="/v1/dimensions/101/elements"))
    run = land(instance, "dimensions", "dimension_elements", also=[downstream])
    assert run.result.success
    assert len(run.result.asset_materializations_for_node("finago_test__downstream")) == 1
    check = run.checks("dimension_elements")[CHECK]
    assert not check.passed
    assert "dimensions 101 of" in (check.description or "")
    assert "materialize finago/dimension_elements again" in (check.description or "")
    (event,) = run.materializations("dimension_elements")
    assert event.metadata["parents_missing"].value == 1
    assert int(str(event.metadata["dagster/row_count"].value)) > 0


def test_children_that_are_all_refused_fail_the_step(office: Running, instance: dg.DagsterInstance) -> None:
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=400, path="/v1/dimensions/*/elements"))
    run = land(instance, "dimensions", "dimension_elements")
    assert not run.result.success
    assert run.materializations("dimension_elements") == []
    office.control.set_faults(Rule(fault=AnswerFault.STATUS, status=403, path="/v1/dimensions/*/elements"))
    run = land(instance, "dimensions", "dimension_elements")
    assert run.result.success
    assert "403 for GET /dimensions" in (run.checks("dimension_elements")[CHECK].description or "")


def _by_order(folder: Path, before: str = "9999") -> dict[tuple[str, str], int]:
    """Rows of each order and day that landed."""
    files = folder / "raw/finago/salesorder_lines/*/*/*.parquet"
    sql = (
        "select salesorder_id, cast(date as varchar), count(*) from read_parquet(?, hive_partitioning = true) "
        "where cast(date as varchar) < ? group by all order by all"
    )
    with duckdb.connect() as connection:
        return {(order, day): rows for order, day, rows in connection.execute(sql, [f"{files}", before]).fetchall()}


def test_a_failure_in_mid_range_leaves_the_landed_months_landed_and_a_re_execution_fetches_only_the_rest(
    office: Running, instance: dg.DagsterInstance
) -> None:
    march = Rule(fault=AnswerFault.STATUS, status=400, path="/v1/transactionlines", query="dateFrom=2024-03-01")
    office.control.set_faults(march)
    failed = land(instance, "transactionlines", last="2024-04-30")
    assert not failed.result.success
    landed = {event.partition for event in failed.materializations("transactionlines")}
    assert {f"2024-01-{day:02d}" for day in range(1, 32)} <= landed
    assert not any((day or "").startswith("2024-03") for day in landed)

    office.control.set_faults()
    seen = len(office.requests)
    again = land(
        instance,
        "transactionlines",
        last="2024-04-30",
        tags={"dagster/root_run_id": failed.result.run_id, "dagster/parent_run_id": failed.result.run_id},
    )
    assert again.result.success
    assert len(again.materializations("transactionlines")) == 121
    asked = [request.query for request in office.requests[seen:] if request.path == "/v1/transactionlines"]
    assert not any("dateFrom=2024-01-01" in query for query in asked)
    assert any("dateFrom=2024-03-01" in query for query in asked)


def test_a_fresh_run_fetches_again_what_an_earlier_one_landed(office: Running, instance: dg.DagsterInstance) -> None:
    first = land(instance, "transactionlines", last="2024-01-31").materializations("transactionlines")
    seen = len(office.requests)
    again = land(instance, "transactionlines", last="2024-01-31").materializations("transactionlines")
    assert any(request.path == "/v1/transactionlines" for request in office.requests[seen:])
    # the same records are the same version, and nothing made of them counts as out of date
    versions = [{event.partition: (event.tags or {})[DATA_VERSION_TAG] for event in run} for run in (first, again)]
    assert versions[0] == versions[1]
    assert len(set(versions[0].values())) > 1


def test_a_reversed_range_is_refused_in_plain_words(office: Running, instance: dg.DagsterInstance) -> None:
    run = land(instance, "transactionlines", first="2024-02-01", last="2024-01-01")
    assert not run.result.success
    assert "WindowRefused" in run.log()
    assert office.requests == []


@pytest.mark.usefixtures("office")
def test_a_reference_list_lands_without_a_partition_and_says_when_it_is_suspiciously_empty(
    instance: dg.DagsterInstance,
) -> None:
    run = land(instance, "accounts", "organization_information", "dimensions", "dimension_elements")
    assert run.result.success
    assert [event.partition for event in run.materializations("accounts")] == [None]
    assert run.checks("accounts")[CHECK].passed
    assert len(run.materializations("dimension_elements")) == 1


def test_missing_credentials_fail_the_run_with_every_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    for name in ("FINAGO_CLIENT_ID", "FINAGO_CLIENT_SECRET", "FINAGO_ORGANIZATION_ID"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FINAGO_DATA_DIR", str(tmp_path))
    run = land(instance, "accounts")
    assert not run.result.success
    assert "FINAGO_CLIENT_ID, FINAGO_CLIENT_SECRET, FINAGO_ORGANIZATION_ID" in run.log()


def _digests(data_dir: Path, endpoint: str) -> dict[str, str]:
    """Digest by day, as anyone may read them."""
    found = duckdb.execute(
        "select regexp_extract(file_name, 'date=([^/]+)', 1), decode(value) from parquet_kv_metadata(?) "
        "where decode(key) = 'digest'",
        [f"{data_dir}/raw/finago/{endpoint}/*/*/data.parquet"],
    ).fetchall()
    return dict(found)


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(("keep", "left"), [("0", 2), ("30", 1)])
def test_older_lists_go_when_the_settings_say_so(
    instance: dg.DagsterInstance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, keep: str, left: int
) -> None:
    assert land(instance, "currencies").result.success
    (landed,) = tmp_path.glob("raw/finago/currencies/*/date=*")
    landed.rename(landed.with_name("date=2024-01-01"))
    monkeypatch.setenv("FINAGO_KEEP_LISTS_DAYS", keep)
    assert land(instance, "currencies").result.success
    assert len(list(tmp_path.glob("raw/finago/currencies/*/date=*"))) == left
