"""Only what changed is typed again, and the result is what a full rebuild gives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.dbt.small_books import BANK, LINES, ORDERS, line
from tests.dbt.warehouse import troubles

if TYPE_CHECKING:
    from tests.dbt.warehouse import Warehouse

SCHEMAS = ("staging", "intermediate", "marts")


def _change_raw(warehouse: Warehouse) -> None:
    raw = warehouse.raw
    edited = [text.replace("1250.00", "1300.00") for text in LINES["2024-01-10"]]
    raw.land("transactionlines", "2024-01-10", edited)
    raw.land("transactionlines", "2024-02-05", [])
    raw.land("transactionlines", "2024-03-05", [line("n1", 9, 1920, "3.33", "2024-03-05")])
    raw.file("transactionlines", "2024-03-10").unlink()
    raw.land("transactionlines", "2024-05-01", [line("e1", 10, 1920, "1", "2024-05-01")], organization="org-2")
    raw.land("salesorders", "2024-01-10", ORDERS["2024-01-10"][1:])
    raw.land("salesorders", "2024-02-05", [], outcome="placeholder")
    raw.file("banktransactions", "2024-02-05").unlink()
    raw.land("currencies", "2024-04-30", ['{"code":"EUR","rate":11.45}'])
    raw.land("accounts", "2024-05-02", ['{"id":1,"number":1500,"name":"Renamed"}'])


def test_after_edits_emptied_deleted_and_new_days_a_build_equals_a_full_rebuild(copied: Warehouse) -> None:
    _change_raw(copied)
    assert troubles(copied.dbt("run")) == {}
    changed = copied.tables(*SCHEMAS)
    copied.file.unlink()
    assert troubles(copied.dbt("run")) == {}
    rebuilt = copied.tables(*SCHEMAS)
    assert changed.keys() == rebuilt.keys()
    assert [name for name in rebuilt if changed[name] != rebuilt[name]] == []
    assert copied.rows("select sum(amount) from marts.general_ledger where account_number = 1500") == [(800,)]


def test_a_partition_whose_digest_stands_is_not_typed_again(copied: Warehouse) -> None:
    copied.change("update staging.stg_banktransactions set domain_code = 'kept'")
    copied.raw.land("banktransactions", "2024-02-05", [BANK["2024-02-05"][0].replace("7.50", "8.50")])
    assert troubles(copied.dbt("run", "--select", "stg_banktransactions")) == {}
    assert copied.rows("select amount, domain_code from staging.stg_banktransactions order by 1") == [
        (-8.5, None),
        (500, "kept"),
    ]
