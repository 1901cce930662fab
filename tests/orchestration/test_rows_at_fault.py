"""What dbt's tests find, as checks show it: what warns is published, what blocks is not, and both name rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.partitions import RANGE_END, RANGE_START
from finago_assets.orchestration.published import warehouse_assets
from tests.dbt.raw_layout import RawFolder
from tests.dbt.small_books import line

if TYPE_CHECKING:
    from pathlib import Path

DAY = "2024-01-10"
LINES = [line("a1", 1, (1500, "100.00"), DAY), line("a2", 1, (3000, "-100.00"), DAY)]
ORDERS, ROWS = "stg_salesorders_rows_are_sound", "rows_at_fault"


def _build(instance: dg.DagsterInstance) -> tuple[bool, dict[str, dg.AssetCheckEvaluation]]:
    days = {RANGE_START: DAY, RANGE_END: DAY}
    resources = {"dbt": dbt_resource()}
    done = dg.materialize(
        warehouse_assets([*FINAGO.endpoints.values()]),
        resources=resources,
        instance=instance,
        tags=days,
        raise_on_error=False,
    )
    return done.success, {check.check_name: check for check in done.get_asset_check_evaluations()}


def _rows(check: dg.AssetCheckEvaluation) -> list[dict[str, Any]]:
    table = check.metadata[ROWS]
    assert isinstance(table, dg.TableMetadataValue)
    return [dict(record.data) for record in table.records]


@pytest.mark.slow
def test_what_only_warns_is_yellow_and_published_and_what_blocks_is_red_and_not(
    tmp_path: Path, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FINAGO_DATA_DIR", str(tmp_path))
    published, books = tmp_path / "finago.duckdb", RawFolder(tmp_path).of("o")
    books.land("transactionlines", DAY, LINES)
    books.land("salesorders", DAY, [f'{{"id":1,"date":"{DAY}","invoice":{{}}}}'])
    RawFolder(tmp_path).fill_with_placeholders()

    succeeded, checks = _build(instance)
    assert succeeded
    before = published.read_bytes()
    assert (checks[ORDERS].passed, checks[ORDERS].severity) == (False, dg.AssetCheckSeverity.WARN)
    (row,) = _rows(checks[ORDERS])
    assert row["finding"] == "order_status is empty"
    assert (row["organization_id"], row["records"], row["such_as"], row["blocks"]) == ("o", "1", "1", "False")
    assert checks["stg_transactionlines_rows_are_sound"].passed
    assert ROWS not in checks["stg_transactionlines_rows_are_sound"].metadata

    books.land("salesorders", DAY, [f'{{"id":1,"date":"{DAY}","status":"Invoiced","netAmount":true,"invoice":{{}}}}'])
    succeeded, checks = _build(instance)
    assert not succeeded
    assert published.read_bytes() == before
    assert (checks[ORDERS].passed, checks[ORDERS].severity) == (False, dg.AssetCheckSeverity.ERROR)
    (row,) = _rows(checks[ORDERS])
    assert row["finding"] == "netAmount cannot be read exactly"
    assert (row["records"], row["such_as"], row["first_landed"], row["blocks"]) == ("1", "1", DAY, "True")
