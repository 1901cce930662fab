"""A vendor that changes its records, as the UI shows it: a warning by name, nothing lost, a missing key that blocks."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import dagster as dg
import duckdb
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.transport import BaseTransport, HTTPTransport, Request, Response
from finago_assets.core.progress import silent
from finago_assets.orchestration.checks import CHECK
from finago_assets.orchestration.raw import raw_assets, raw_key
from finago_assets.orchestration.resources import FinagoResource
from finago_assets.settings import Settings, read_settings
from tests.core.http.office import Stream
from tests.orchestration.graph import Run

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from finago_assets.core.http.connection import Connection


class Changing(BaseTransport):
    """Passes requests on, and changes every tax code on its way back."""

    def __init__(self, change: Callable[[dict[str, Any]], None]) -> None:
        self._inner = HTTPTransport()
        self._change = change

    def close(self) -> None:
        self._inner.close()

    def handle_request(self, request: Request) -> Response:
        response = self._inner.handle_request(request)
        if not request.url.path.endswith("/taxes"):
            return response
        records = json.loads(response.read())
        for record in records:
            self._change(record)
        return Response(
            200, headers={"content-type": "application/json"}, stream=Stream([json.dumps(records).encode()])
        )


def _land_changed(instance: dg.DagsterInstance, change: Callable[[dict[str, Any]], None], downstream: Any) -> Run:
    class Changed(FinagoResource):
        def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:
            _ = settings, tell
            return ApiClient(connection, transport=Changing(change))

    result = dg.materialize(
        [*raw_assets(FINAGO, read_settings()), downstream],
        selection=[raw_key("finago", "taxes"), downstream.key],
        resources={"finago": Changed()},
        instance=instance,
        raise_on_error=False,
    )
    return Run(result, instance)


@dg.asset(key=["finago_test", "downstream"], deps=[["finago", "taxes"]])
def downstream() -> None:
    """Stands for dbt."""


def _rows(check: dg.AssetCheckEvaluation) -> list[dict[str, Any]]:
    return [dict(row.data) for row in check.metadata["fields"].value.records]  # type: ignore[union-attr]


@pytest.mark.usefixtures("office")
def test_a_field_that_came_lands_and_is_a_warning_that_names_it_and_not_what_it_holds(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    run = _land_changed(instance, lambda record: record.update(validUntil="2031-12-24"), downstream)
    assert run.result.success
    check = run.checks("taxes")[CHECK]
    assert not check.passed
    assert check.severity is dg.AssetCheckSeverity.WARN
    rows = run.materializations("taxes")[0].metadata["dagster/row_count"].value
    assert _rows(check) == [{"field": "validUntil", "is": "not in the description", "seen_as": "text", "records": rows}]
    assert "`validUntil`" in (check.description or "")
    assert "2031-12-24" not in run.log()
    files = f"{tmp_path}/raw/finago/taxes/*/*/data.parquet"
    with duckdb.connect() as connection:
        landed = connection.execute(f"from '{files}' select payload").fetchall()
    assert [payload for (payload,) in landed if '"validUntil": "2031-12-24"' not in payload] == []
    assert len(landed) == rows
    assert len(run.result.asset_materializations_for_node("finago_test__downstream")) == 1


@pytest.mark.usefixtures("office")
def test_a_renamed_field_is_a_warning_and_a_key_that_no_record_has_blocks(instance: dg.DagsterInstance) -> None:
    def rename(record: dict[str, Any]) -> None:
        record["percent"] = record.pop("rate")

    def drop_the_key(record: dict[str, Any]) -> None:
        del record["id"]

    renamed = _land_changed(instance, rename, downstream)
    assert renamed.result.success
    assert [row["field"] for row in _rows(renamed.checks("taxes")[CHECK])] == ["percent"]

    keyless = _land_changed(instance, drop_the_key, downstream)
    assert not keyless.result.success
    check = keyless.checks("taxes")[CHECK]
    assert check.severity is dg.AssetCheckSeverity.ERROR
    assert _rows(check)[0]["field"] == "id"
    assert keyless.result.asset_materializations_for_node("finago_test__downstream") == []
