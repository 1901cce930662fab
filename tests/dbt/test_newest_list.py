"""Of a list that lands whole every night only the newest file is read, and no other is opened."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.dbt.warehouse import Warehouse

NIGHTS = 300
LAST = {"org-1": date(2024, 5, 1), "org-2": date(2024, 4, 27)}
LISTS = ("accounts", "accountbalances")
BUILD = ("run", "--select", "stg_accounts", "stg_accountbalances", "int_landed_balances")


def _account(number: int) -> str:
    return f'{{"id":{number},"number":{number},"account":{{"number":{number}}},"balances":[]}}'


def test_of_300_daily_files_of_a_list_only_the_newest_of_each_organization_is_opened(
    empty_warehouse: Callable[[], Warehouse],
) -> None:
    warehouse = empty_warehouse()
    for organization, last in LAST.items():
        for night in range(NIGHTS):
            for name in LISTS:
                warehouse.raw.of(organization).land(name, f"{last - timedelta(night)}", [_account(1000 + night)])
    warehouse.raw.fill_with_placeholders()
    assert troubles(warehouse.dbt(*BUILD)) == {}
    built = warehouse.tables("staging", "intermediate")
    newest = "select organization_id, partition_date, account_number from staging.stg_accounts order by 1"
    assert warehouse.rows(newest) == [(organization, last, 1000) for organization, last in LAST.items()]

    for organization, last in LAST.items():
        raw = warehouse.raw.of(organization)
        for night in range(1, NIGHTS):
            for name in LISTS:
                raw.file(name, f"{last - timedelta(night)}").write_bytes(b"no parquet at all")
    warehouse.file.unlink()
    assert troubles(warehouse.dbt(*BUILD)) == {}
    assert warehouse.tables("staging", "intermediate") == built


@pytest.mark.slow
@pytest.mark.parametrize("landing", ["parquet", "duckdb"])
def test_a_list_that_landed_before_the_day_of_a_placeholder_is_read(
    empty_warehouse: Callable[[], Warehouse], landing: str
) -> None:
    warehouse = empty_warehouse()
    for name in LISTS:
        warehouse.raw.land(name, "2024-04-29", [_account(1500)])
        warehouse.raw.land(name, "2024-04-30", [_account(1920)])
        for organization in ("org-1", "org-2"):
            warehouse.raw.of(organization).land(name, "2062-01-01", [], outcome="placeholder")
    warehouse.raw.fill_with_placeholders()
    if landing == "duckdb":
        warehouse.raw.copy_into_duckdb()
    assert troubles(warehouse.dbt(*BUILD, landing=landing)) == {}
    assert warehouse.rows("select organization_id, account_number from staging.stg_accounts") == [("org-1", 1920)]
    assert warehouse.rows("select organization_id, landed_date from intermediate.int_landed_balances") == [
        ("org-1", date(2024, 4, 30))
    ]
