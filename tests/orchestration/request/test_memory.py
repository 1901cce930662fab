"""A 200,000-record answer through the job, Dagster and all, in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import running

ROOT = Path(__file__).parents[3]
MOST_MIB = 300
JOB = """
import json, sys
from finago_assets.orchestration.request import finago_request
from finago_assets.orchestration.resources import FinagoResource
from tests.peak import peak_kib
ran = finago_request.execute_in_process(run_config=json.loads(sys.argv[1]), resources={"finago": FinagoResource()})
landed = ran.output_for_node("rest_api_request", "success").landed
print(json.dumps({"rows": landed.rows, "peak_mib": peak_kib() // 1024}))
"""


@pytest.mark.slow
@pytest.mark.parametrize("into", ["lines.parquet", "lines.ndjson"])
def test_200_000_records_through_the_job_peak_under_300_mib(tmp_path: Path, into: str) -> None:
    config = {
        "request": {
            "template": {
                "name": "transactionlines.list",
                "query": {"dateFrom": "2023-01-01", "dateTo": "2027-01-01"},
                "all_pages": True,
            }
        },
        "response": {"records": {}},
        "into": {"file": {"path": str(tmp_path / into)}},
    }
    with running(size=Size.MEDIUM, years=2) as office:
        environment = {**os.environ, **office.environment(), "FINAGO_DATA_DIR": str(tmp_path / "data")}
        command = [sys.executable, "-c", JOB, json.dumps({"ops": {"rest_api_request": {"config": config}}})]
        done = subprocess.run(
            command, env=environment, cwd=ROOT, capture_output=True, text=True, check=True, timeout=300
        )
        told = json.loads(done.stdout.splitlines()[-1])
        assert told["rows"] == office.books.ledger.count > 200_000
    print(f"200,000 records through the job into {into}: {told}")
    assert told["peak_mib"] < MOST_MIB
