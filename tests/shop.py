"""A data folder with something landed in it, an office to land more from, and runs whose failures are read as stored.

Owns the words "what was landed before still stands" as a question that a test can ask.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import dagster as dg
import pytest

from finago_assets.apis.finago import FINAGO
from finago_assets.orchestration.dbt_project import dbt_resource
from finago_assets.orchestration.partitions import RANGE_END, RANGE_START
from finago_assets.orchestration.published import warehouse_assets
from finago_assets.orchestration.raw import raw_assets, raw_key
from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running
from finago_assets.settings import read_settings
from tests.core.landing.samples import temporaries
from tests.security.stage import Impatient

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

DAY = "2024-01-03"
NEVER_AGAIN = "will fail again until something is changed"


@dataclass
class Shop:
    """A data folder with something landed in it, and the means to run more."""

    data: Path
    office: Running
    instance: dg.DagsterInstance
    monkeypatch: pytest.MonkeyPatch
    before: dict[Path, str] = field(default_factory=dict)

    def run(self, *endpoints: str, days: tuple[str, str] = (DAY, DAY), resource: Impatient | None = None) -> str:
        """Materialize raw endpoints; return every failure as the event log holds it, nothing when all went well."""
        assets = raw_assets(FINAGO, read_settings())
        return self._materialize(
            assets, [raw_key("finago", name) for name in endpoints], {"finago": resource or Impatient()}, days
        )

    def build(self) -> str:
        """Build and publish the warehouse of what has landed; return every failure, nothing when all went well."""
        return self._materialize(
            warehouse_assets([*FINAGO.endpoints.values()]), "*", {"dbt": dbt_resource()}, (DAY, DAY)
        )

    def _materialize(
        self,
        assets: Sequence[dg.AssetsDefinition],
        chosen: str | Sequence[dg.AssetKey],
        resources: dict[str, Any],
        days: tuple[str, str],
    ) -> str:
        result = dg.materialize(
            assets,
            selection=chosen,
            resources=resources,
            instance=self.instance,
            tags=dict(zip((RANGE_START, RANGE_END), days, strict=True)),
            raise_on_error=False,
        )
        stored = self.instance.get_records_for_run(result.run_id, of_type=dg.DagsterEventType.STEP_FAILURE).records
        assert bool(stored) is not result.success
        return "\n".join(_said(record.event_log_entry.get_dagster_event()) for record in stored)

    def file(self, endpoint: str, day: str = DAY) -> Path:
        """Where a partition lies."""
        folder = self.data / "raw" / "finago" / endpoint / f"organization={self.office.organization_id}"
        return folder / f"date={day}" / "data.parquet"

    def contents(self) -> dict[Path, str]:
        """Every landed file, by what is in it."""
        files = self.data.glob("raw/finago/*/*/*/data.parquet")
        return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    def stands(self) -> bool:
        """Tell whether what was landed before is there as it was, and nothing half made beside it."""
        assert self.before
        return self.contents() == self.before and temporaries(self.data) == []


def _said(event: Any) -> str:
    failure = event.step_failure_data
    given = failure.user_failure_data
    verdict = given.metadata["verdict"].value if given else "nothing typed"
    return f"{given.description if given else failure.error.message} ({verdict})"


@pytest.fixture(scope="module")
def shop_office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield found


@pytest.fixture
def shop(shop_office: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name, value in {
        **shop_office.environment(),
        "FINAGO_DATA_DIR": str(tmp_path / "data"),
        "FINAGO_LANDING": "parquet",
    }.items():
        monkeypatch.setenv(name, value)
    with dg.DagsterInstance.ephemeral() as instance:
        made = Shop(tmp_path / "data", shop_office, instance, monkeypatch)
        assert made.run("salesorders", "transactionlines") == ""
        made.before = made.contents()
        yield made
    shop_office.control.set_faults()
