"""Only what changed is typed again, and the result is what a full rebuild gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dbt.small_books import LINES, ORDERS, line
from tests.dbt.warehouse import MODELS, troubles

if TYPE_CHECKING:
    from tests.dbt.warehouse import Warehouse

SCHEMAS = ("staging", "intermediate", "marts")


def _change_raw(warehouse: Warehouse) -> None:
    raw = warehouse.raw
    edited = [text.replace("1250.00", "1300.00") for text in LINES["2024-01-10"]]
    raw.land("transactionlines", "2024-01-10", edited)
    raw.land("transactionlines", "2024-02-05", [])
    raw.land("transactionlines", "2024-03-05", [line("n1", 9, (1920, "3.33"), "2024-03-05")])
    raw.file("transactionlines", "2024-03-10").unlink()
    raw.of("org-2").land("transactionlines", "2024-05-01", [line("e1", 10, (1920, "1"), "2024-05-01")])
    raw.land("salesorders", "2024-01-10", ORDERS["2024-01-10"][1:])
    raw.land("salesorders", "2024-02-05", [], outcome="placeholder")
    raw.file("banktransactions", "2024-02-05").unlink()
    raw.land("currencies", "2024-04-30", ['{"code":"EUR","rate":11.45}'])
    raw.land("currencies", "2024-05-02", [])
    raw.land("accounts", "2024-05-02", ['{"id":1,"number":1500,"name":"Renamed"}'])


@pytest.mark.slow
def test_only_changed_partitions_are_typed_again_and_the_result_equals_a_full_rebuild(copied: Warehouse) -> None:
    _change_raw(copied)
    copied.change("update staging.stg_transactionlines set comment = 'typed before' where comment is null")
    assert troubles(copied.dbt(*MODELS)) == {}
    again = (
        "select distinct partition_date from staging.stg_transactionlines where comment is null and partition_date < "
    )
    assert [f"{day}" for (day,) in copied.rows(f"{again} '2024-05-01' order by 1")] == ["2024-01-10", "2024-03-05"]
    copied.change("update staging.stg_transactionlines set comment = null where comment = 'typed before'")
    changed = copied.tables(*SCHEMAS)

    copied.file.unlink()
    assert troubles(copied.dbt(*MODELS)) == {}
    rebuilt = copied.tables(*SCHEMAS)
    assert changed.keys() == rebuilt.keys()
    assert [name for name in rebuilt if changed[name] != rebuilt[name]] == []
    assert copied.rows("select count(*) from staging.stg_currencies") == [(0,)]
    assert copied.rows("select sum(amount) from marts.general_ledger where account_number = 1500") == [(800,)]


@pytest.mark.slow
def test_a_changed_model_types_everything_again_and_its_table_follows(copied: Warehouse) -> None:
    copied.change("alter table staging.stg_banktransactions drop column status")
    copied.change("alter table staging.stg_banktransactions add column gone varchar default 'gone'")
    changed = copied.dbt("run", "--select", "stg_banktransactions", "--vars", "typing_version: another")
    assert troubles(changed) == {}
    assert copied.rows("select count(*), count(status) from staging.stg_banktransactions") == [(2, 1)]
    columns = [name for name, *_ in copied.rows("describe staging.stg_banktransactions")]
    assert "gone" not in columns
