"""Halo's connections: each finding is raised where it is so, and is not where it just is not; what the tables hold."""

from __future__ import annotations

import csv
import json
import re
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from finago_assets.orchestration.check_texts import description_of
from finago_assets.orchestration.dbt_project import dbt_project
from finago_assets.orchestration.plots import PLOTS, picture
from tests.dbt.integrations import CASES, DAY, NORTH, NORTH_DAYS, Case, land_lists, make_readable
from tests.dbt.warehouse import PROJECT, Built, Warehouse, troubles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TEST_TENANTS = ("production_in_test-plain-raised", "production_in_test-plain-quiet")
BUILD = ("build", "--select", "tag:halo", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "seed")
CHECKS = ("connections_work", "connections_are_set_up", "records_are_carried_over", "halo_is_read_as_it_is_sent")
MARTS = sorted(path.stem for path in (PROJECT / "models" / "marts" / "halo").glob("*.sql"))


@pytest.fixture(scope="module", autouse=True)
def halo() -> Iterator[None]:
    """Whoever has Halo says where it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HALO_URL", "https://north.example.test/api")
        yield


@pytest.fixture(scope="module")
def nodes(halo: None) -> dict[str, dict[str, Any]]:  # noqa: ARG001  the project has Halo in it
    """Every node of Halo in the project, by its name."""
    found = json.loads(dbt_project().manifest_path.read_text())["nodes"].values()
    return {node["name"]: node for node in found if "halo" in node["tags"]}


@pytest.fixture(scope="module")
def estate(empty_warehouse: Callable[[], Warehouse], halo: None) -> Built:  # noqa: ARG001  the project has Halo in it
    """Every case and a tenant of its own, landed and built once. Never change it."""
    warehouse = empty_warehouse()
    for case in CASES:
        land_lists(warehouse.raw, case.tenant(raised=True), case.raised)
        land_lists(warehouse.raw, case.tenant(raised=False), case.quiet)
    land_lists(warehouse.raw, NORTH, NORTH_DAYS)
    make_readable(warehouse.raw)
    seeded = warehouse.dbt("seed", "--select", "tag:halo")
    rows = ", ".join(f"('{tenant}')" for tenant in TEST_TENANTS)
    warehouse.change(f"insert into seeds.integration_test_tenants values {rows}")
    return Built(warehouse, {**seeded, **warehouse.dbt(*BUILD)})


def _at_eight(day: int) -> datetime:
    return datetime.fromisoformat(f"2024-06-{day:02}T08:00:00")


def _findings(estate: Built, tenant: str, *columns: str) -> list[tuple[Any, ...]]:
    chosen = ", ".join(columns or ("finding",))
    return estate.rows(f"select {chosen} from marts.integration_health where organization_id = '{tenant}' order by all")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.tenant(raised=True))
def test_a_finding_is_raised_where_it_is_so_and_not_where_it_is_not(estate: Built, case: Case) -> None:
    assert (case.finding,) in _findings(estate, case.tenant(raised=True))
    assert (case.finding,) not in _findings(estate, case.tenant(raised=False))


def test_every_finding_has_a_case_and_its_words() -> None:
    with (PROJECT / "seeds" / "integration_findings.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert {row["finding"] for row in rows} == {case.finding for case in CASES}
    assert {row["severity"] for row in rows} | {row["severity_when_off"] for row in rows} == {"error", "warn", "info"}
    assert all(row["meaning"].endswith(".") and row["what_to_do"].endswith(".") for row in rows)


def test_it_all_builds_and_what_is_found_is_a_warning(estate: Built) -> None:
    found = {name.split(".")[2]: status for name, status in troubles(estate.statuses).items()}
    assert found == dict.fromkeys(CHECKS[:3], "warn")


def test_a_check_tells_what_it_vouches_for_and_withholds_nothing(nodes: dict[str, dict[str, Any]]) -> None:
    manifest = json.loads(dbt_project().manifest_path.read_text())
    tests = {name: node for name, node in nodes.items() if node["resource_type"] == "test"}
    assert set(tests) == set(CHECKS)
    for node in nodes.values():
        assert node["config"]["meta"]["beside_the_books"] is True, node["name"]
    for node in tests.values():
        assert node["config"]["severity"].lower() == "warn"
        assert len(description_of(manifest, node["unique_id"]) or "") > 150
        assert node["relation_name"]


def test_a_table_has_an_enforced_contract_and_describes_its_grain_and_columns(
    nodes: dict[str, dict[str, Any]], estate: Built
) -> None:
    assert len(MARTS) == 5
    for name in MARTS:
        node = nodes[name]
        assert node["config"]["contract"]["enforced"], name
        assert node["description"].startswith("One row for each "), name
        assert [column["name"] for column in node["columns"].values() if not column["description"]] == []
        assert next(iter(node["columns"])) == "organization_id"
        comments = estate.rows(f"select comment from duckdb_tables() where table_name = '{name}'")
        assert comments == [(node["description"],)]


def test_no_model_asks_what_day_it_is() -> None:
    asked = re.compile(r"current_date|current_timestamp|now\(\)|today\(\)", re.IGNORECASE)
    texts = {path: path.read_text() for path in PROJECT.rglob("halo/*.sql")}
    assert len(texts) > 30
    assert [path.name for path, text in texts.items() if asked.search(text)] == []


def test_the_inventory_has_a_row_for_each_connection_with_what_it_points_at_and_what_is_chosen(estate: Built) -> None:
    columns = (
        "provider, connection_id, state, company, is_authorised, is_enabled, is_default, reconnect_by, idle_days, links"
    )
    assert estate.rows(
        f"select {columns} from marts.integration_inventory where organization_id = '{NORTH}' order by 1, 2"
    ) == [
        ("businesscentral", "1", "connected", "c-1, Production, t-1", True, True, None, date(2024, 8, 31), 9, 2),
        ("fortnox", "3", "disconnected", None, False, None, None, None, None, 0),
        ("fortnox", "4", "connected", None, True, None, None, date(2024, 7, 26), 0, 0),
        ("kashflow", "7", "off", "...fice", None, False, False, None, None, 0),
    ]
    assert estate.rows(
        "select defaults, first_listed_on, listed_on, as_of, errors, warnings from marts.integration_inventory "
        f"where organization_id = '{NORTH}' and provider = 'businesscentral'"
    ) == [
        (
            "client_top_level 5, default_sales_account 3000 (Sales), item_default_group 3",
            *(date(2024, 5, 20), date(2024, 6, 10), date(2024, 6, 10)),
            *(1, 5),
        )
    ]


def test_health_says_how_bad_it_is_since_when_and_about_what(estate: Built) -> None:
    columns = ("provider", "connection_id", "finding", "severity", "since", "records", "such_as")
    later, today = date(2024, 6, 9), date(2024, 6, 10)
    assert _findings(estate, NORTH, *columns) == [
        ("businesscentral", "1", "failing", "warn", date(2024, 6, 8), 3, "Invoice 1"),
        ("businesscentral", "1", "failing_repeatedly", "error", date(2024, 6, 8), 3, "Invoice 1"),
        ("businesscentral", "1", "high_risk_changed", "warn", later, 4, "client_id, company_name, post_invoices"),
        ("businesscentral", "1", "id_without_label", "warn", today, 2, "client_top_level, item_default_group"),
        ("businesscentral", "1", "no_token_refresh", "warn", later, 1, None),
        ("businesscentral", "1", "unmapped_item", "warn", today, 1, "default_invoice_item"),
        ("fortnox", "3", "disconnected", "error", later, 1, None),
        ("fortnox", "4", "high_risk_changed", "warn", today, 1, "id"),
        ("kashflow", "7", "high_risk_changed", "warn", later, 1, "id"),
        ("module 30", "0", "failing", "warn", later, 1, "Invoice 4"),
    ]


def test_what_is_switched_off_is_no_alarm(estate: Built) -> None:
    tenant = "nothing_reported-recording-quiet"
    assert _findings(estate, tenant, "finding", "severity") == [("entities_but_off", "info")]


def test_changes_are_told_from_what_to_what_and_only_the_end_of_an_account_name(estate: Built) -> None:
    assert estate.rows(
        "select provider, connection_id, changed_on, seen_before_on, change, field, value_before, value_after, "
        f"high_risk from marts.integration_changes where organization_id = '{NORTH}' order by all"
    ) == [
        *(
            ("businesscentral", "1", date(2024, 6, 9), date(2024, 5, 20), "changed", *told)
            for told in (
                ("client_id", None, "...4567", True),
                ("company_name", "Vestvik", "Vestvik AS", True),
                ("post_invoices", "false", "true", True),
            )
        ),
        *(
            ("businesscentral", "1", date(2024, 6, 10), date(2024, 6, 9), "changed", *told)
            for told in (
                ("client_id", "...4567", "...4321", True),
                ("default_invoice_item", "HOUR", "0", False),
            )
        ),
        ("fortnox", "4", date(2024, 6, 10), date(2024, 6, 9), "added", "id", None, "Sydvik", True),
        ("kashflow", "7", date(2024, 6, 9), date(2024, 5, 20), "added", "id", None, "Company 7", True),
    ]


def test_errors_are_counted_by_provider_kind_of_record_and_day_open_and_repeated(estate: Built) -> None:
    assert estate.rows(
        "select provider, connection_id, entity_type, failed_on, errors, records, open_errors, repeated_errors, "
        "such_as, last_error, oldest_open_at from marts.integration_errors "
        f"where organization_id = '{NORTH}' order by 1, 3, 4"
    ) == [
        ("businesscentral", "1", "Client", date(2024, 6, 8), 1, 1, 0, 0, "5", "The tax is not known", None),
        *(
            ("businesscentral", "1", "Invoice", day, count, 1, count, count, "1", "The tax is not known", oldest)
            for day, count, oldest in (
                (date(2024, 6, 8), 2, _at_eight(8)),
                (date(2024, 6, 9), 1, _at_eight(9)),
            )
        ),
        (
            "module 30",
            "0",
            "Invoice",
            date(2024, 6, 9),
            1,
            1,
            1,
            0,
            "4",
            "The tax is not known",
            _at_eight(9),
        ),
    ]


def test_mappings_are_defaults_codes_of_taxes_and_links_with_names(estate: Built) -> None:
    columns = (
        "provider, connection_id, mapping_kind, mapping_id, subject, halo_id, halo_name, provider_id, provider_name"
    )
    found = set(estate.rows(f"select {columns} from marts.integration_mappings where organization_id = '{NORTH}'"))
    central = ("businesscentral", "1")
    assert {
        (*central, "default", "default_sales_account", "account", None, None, "3000", "Sales"),
        (*central, "default", "default_invoice_item", "item", None, None, None, None),
        (*central, "default", "client_top_level", "client", "5", None, None, None),
        (*central, "link", "1", "table 2", "5", "Fjord AS", "C-5", "FJORD"),
        (*central, "link", "8", "table 9", "6", None, "V-6", "SUPPLIER"),
        ("kashflow", "7", "default", "client_item_tax", "tax", "1", None, None, None),
        ("kashflow", "7", "tax code", "1", "tax", "1", "Standard", "T25", None),
    } <= found
    assert len({row for row in found if row[2] == "link"}) == 2


def test_the_estate_is_drawn_by_provider_and_state(estate: Built) -> None:
    rows = estate.rows(PLOTS["integration_inventory"][0])
    counted = dict(estate.rows("select provider_name, count(*) from marts.integration_inventory group by 1"))
    assert {row[0]: sum(row[1:]) for row in rows} == counted
    with duckdb.connect(str(estate.warehouse.file), read_only=True) as connection:
        drawn = picture(connection, "integration_inventory")
    assert drawn is not None
    assert str(drawn.value).startswith(f"**{sum(counted.values())} connections**")


def test_a_day_of_before_is_told_as_it_was_then_whenever_that_is_asked(
    empty_warehouse: Callable[[], Warehouse],
) -> None:
    then, now = empty_warehouse(), empty_warehouse()
    land_lists(then.raw, NORTH, {day: lists for day, lists in NORTH_DAYS.items() if day != DAY})
    land_lists(now.raw, NORTH, NORTH_DAYS)
    for warehouse, variables in ((then, "{}"), (now, "{integrations_as_of: 2024-06-09}")):
        make_readable(warehouse.raw)
        warehouse.dbt("seed", "--select", "tag:halo")
        warehouse.dbt(*BUILD, "--vars", variables)
    # a log is landed whole each day, and what it has of then is told then
    of_lists = "select * exclude (links, errors, warnings) from marts.integration_inventory order by all"
    findings = (
        "select provider, finding, since from marts.integration_health where finding not like 'failing%' order by all"
    )
    for query in (of_lists, "from marts.integration_changes order by all", findings):
        assert then.rows(query) == now.rows(query) != []


def test_a_tenant_of_which_nothing_landed_has_empty_tables(empty_warehouse: Callable[[], Warehouse]) -> None:
    warehouse = empty_warehouse()
    make_readable(warehouse.raw)
    assert troubles({**warehouse.dbt("seed", "--select", "tag:halo"), **warehouse.dbt(*BUILD)}) == {}
    assert {name: warehouse.rows(f"from marts.{name}") for name in MARTS} == {name: [] for name in MARTS}


@pytest.mark.slow
def test_day_after_day_and_in_tables_it_comes_out_as_in_one_go(
    empty_warehouse: Callable[[], Warehouse],
) -> None:
    once, daily, tables = empty_warehouse(), empty_warehouse(), empty_warehouse()
    for warehouse in (once, daily, tables):
        make_readable(warehouse.raw)
    for day, lists in NORTH_DAYS.items():
        land_lists(daily.raw, NORTH, {day: lists})
        daily.dbt("seed", "--select", "tag:halo")
        daily.dbt(*BUILD)
    land_lists(once.raw, NORTH, NORTH_DAYS)
    land_lists(tables.raw, NORTH, NORTH_DAYS)
    tables.raw.of_source("halo").copy_into_duckdb()
    for warehouse, landing in ((once, "parquet"), (tables, "duckdb")):
        warehouse.dbt("seed", "--select", "tag:halo", landing=landing)
        warehouse.dbt(*BUILD, landing=landing)
    assert once.tables("marts") == daily.tables("marts")
    assert once.tables("marts") == tables.tables("marts")
