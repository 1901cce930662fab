"""dbt builds whatever has landed, however it has landed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dbt.warehouse import MODELS, troubles

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.dbt.warehouse import Warehouse


@pytest.mark.slow
def test_marts_are_the_same_when_raw_is_landed_in_duckdb(small: Warehouse, copied: Warehouse) -> None:
    copied.file.unlink()
    copied.raw.copy_into_duckdb()
    assert troubles(copied.dbt(*MODELS, landing="duckdb")) == {}
    assert copied.tables("staging", "marts") == small.tables("staging", "marts")


def test_everything_builds_where_nothing_has_landed_yet(empty_warehouse: Callable[[], Warehouse]) -> None:
    warehouse = empty_warehouse()
    warehouse.raw.fill_with_placeholders()
    assert troubles(warehouse.dbt(*MODELS)) == {}
    assert warehouse.rows("select count(*) from marts.general_ledger") == [(0,)]


def test_without_taxes_the_ledger_stands_and_tax_numbers_are_unknown(copied: Warehouse) -> None:
    copied.raw.land("taxes", "2024-05-01", [], outcome="placeholder")
    shown = troubles(copied.dbt("build", "--select", "stg_taxes+", "--exclude-resource-type", "unit_test"))
    assert set(shown.values()) <= {"warn"}
    assert not [name for name in shown if "tax" in name]
    assert copied.rows("select count(*), count(tax_number), count(tax_rate) from marts.general_ledger "
                       "where organization_id = 'org-1'") == [(9, 0, 1)]  # fmt: skip
