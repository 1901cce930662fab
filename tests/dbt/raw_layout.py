"""Writes raw partitions by hand in the layout that landing gives them, for dbt tests that need no landing.

Owns the layout's look and nothing else: what a record says is up to each test.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import date as date_of  # `date` is the text of a day here
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from finago_assets.apis import APIS
from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.endpoints import ENDPOINTS
from finago_assets.core.landing.model import LandingOutcome, Partition
from finago_assets.core.landing.spool import placeholder_manifest

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

NEVER = "1970-01-01"
FETCHED_AT = "2024-05-01T04:00:00+00:00"


@dataclass(frozen=True, slots=True)
class RawFolder:
    """A data folder whose raw part is written by hand, one organization at a time."""

    data_dir: Path
    organization: str = "org-1"
    fetched_at: str = FETCHED_AT
    source: str = "finago"

    def of(self, organization: str) -> RawFolder:
        """Return the same folder, for landing another organization."""
        return replace(self, organization=organization)

    def of_source(self, source: str) -> RawFolder:
        """Return the same folder, for landing what another API answered under an endpoint's name."""
        return replace(self, source=source)

    def at(self, fetched_at: str) -> RawFolder:
        """Return the same folder, for landing what was fetched at another time."""
        return replace(self, fetched_at=fetched_at)

    def land(
        self,
        endpoint: str,
        date: str,
        payloads: Sequence[str],
        *,
        parents: Sequence[str] = (),
        outcome: str = "landed",
    ) -> Path:
        """Write one partition. `parents` holds each record's parent key, for children."""
        columns: dict[str, pa.Array] = {
            "ordinal": pa.array(range(len(payloads)), pa.int64()),
            "page": pa.array([1] * len(payloads), pa.int32()),
            "payload": pa.array(payloads, pa.string()),
        }
        parent = APIS.get(self.source, FINAGO).endpoints[endpoint].parent
        if parent is not None:
            columns[parent.column] = pa.array(parents, pa.string())
        digest = hashlib.sha256("\n".join([*payloads, *parents]).encode()).hexdigest()
        manifest = replace(
            placeholder_manifest(Partition(self.source, endpoint, "any", date_of.fromisoformat(date))),
            organization=self.organization,
            digest=digest,
            rows=len(payloads),
            outcome=LandingOutcome(outcome),
            fetched_at=datetime.fromisoformat(self.fetched_at),
        )
        path = self.file(endpoint, date)
        path.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(pa.table(columns).replace_schema_metadata(manifest.to_metadata()), path, compression="zstd")
        return path

    def file(self, endpoint: str, date: str) -> Path:
        """Where a partition lies."""
        return (
            self.data_dir
            / "raw"
            / self.source
            / endpoint
            / f"organization={self.organization}"
            / f"date={date}"
            / "data.parquet"
        )

    def fill_with_placeholders(self) -> None:
        """Give every endpoint that has no file the empty one that landing gives it before dbt runs."""
        for name in ENDPOINTS:
            if not (self.data_dir / "raw" / "finago" / name).exists():
                self.land(name, NEVER, [], outcome="placeholder")

    def copy_into_duckdb(self) -> None:
        """Land what lies here of this source as FINAGO_LANDING=duckdb does: raw.duckdb, an endpoint a table."""
        folder = self.data_dir / "raw" / self.source
        with duckdb.connect(str(self.data_dir / "raw.duckdb")) as connection:
            connection.execute(f"create schema {self.source}")
            for name in sorted(path.name for path in folder.iterdir()):
                glob = f"{folder}/{name}/*/*/data.parquet"
                connection.execute(
                    f"create table {self.source}.{name} as select organization, cast(date as date) as date, "
                    "* exclude (organization, date) "
                    f"from read_parquet('{glob}', hive_partitioning = true, hive_types_autocast = false)"
                )
            connection.execute(f"create table {self.source}.manifests as {_manifests(folder)}")


def off_by_one(line: str) -> str:
    """Return a ledger line with one øre more in its amount, otherwise as it was."""
    amount = json.loads(line, parse_float=str, parse_int=str)["amount"]
    changed = line.replace(f'"amount":{amount},', f'"amount":{Decimal(amount) + Decimal("0.01")},', 1)
    assert changed != line
    return changed


def _manifests(folder: Path) -> str:
    def value(key: str) -> str:
        return f"max(decode(value)) filter (where decode(key) = '{key}') as {key}"

    return (
        r"select regexp_extract(file_name, '/([^/]+)/organization=', 1) as endpoint, "
        r"regexp_extract(file_name, 'organization=([^/]+)', 1) as organization, "
        r"cast(regexp_extract(file_name, 'date=([^/]+)', 1) as date) as date, "
        f"{value('digest')}, {value('rows')}, {value('outcome')}, {value('fetched_at')} "
        f"from parquet_kv_metadata('{folder}/*/*/*/data.parquet') group by file_name"
    )
