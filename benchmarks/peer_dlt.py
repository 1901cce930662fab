"""dlt's own REST source into parquet files, run by the interpreter of an environment of its own.

Lists and objects stay JSON text (max_table_nesting=0). `--best` adds the settings that were
fastest on this data. Owns nothing else; imports nothing of this project.
"""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path

SETTINGS = {
    "RUNTIME__DLTHUB_TELEMETRY": "false",
    "RUNTIME__LOG_LEVEL": "ERROR",
}
BEST = {
    "NORMALIZE__WORKERS": "2",
    "DATA_WRITER__FILE_MAX_ITEMS": "25000",
    "DATA_WRITER__DISABLE_COMPRESSION": "true",
}


def main() -> None:
    parser = ArgumentParser("peer_dlt")
    parser.add_argument("--origin", required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--year", type=int, required=True)
    parser.add_argument("--best", action="store_true")
    asked = parser.parse_args()
    os.environ |= SETTINGS | (BEST if asked.best else {})
    os.environ |= {
        "DLT_DATA_DIR": f"{asked.out / 'dlt'}",
        "DESTINATION__FILESYSTEM__BUCKET_URL": (asked.out / "lake").absolute().as_uri(),
    }
    load(asked.origin, asked.out, asked.year)


def load(origin: str, out: Path, year: int) -> None:
    """Extract, normalize and load the year; print dlt's own row count and the seconds of each step."""
    # imported here because it reads its settings then, and installed in its own environment alone
    import dlt  # type: ignore[import-not-found]  # noqa: PLC0415  not installed here
    from dlt.sources.rest_api import rest_api_source  # type: ignore[import-not-found]  # noqa: PLC0415  not installed here

    window = {"dateFrom": f"{year}-01-01", "dateTo": f"{year + 1}-01-01"}
    auth = {
        "type": "oauth2_client_credentials",
        "access_token_url": f"{origin}/oauth/token",
        "client_id": "benchmark",
        "client_secret": "benchmark",
    }
    lines = {
        "name": "transactionlines",
        "write_disposition": "append",
        "endpoint": {
            "path": "transactionlines",
            "data_selector": "$",
            "params": {"limit": 1000, "page": 1, "includeDimensions": "true", **window},
        },
    }
    source = rest_api_source(
        {
            "client": {"base_url": f"{origin}/v1/", "paginator": {"type": "header_link"}, "auth": auth},
            "resources": [lines],
        },
        max_table_nesting=0,
    )
    pipeline = dlt.pipeline(
        "benchmark", destination="filesystem", dataset_name="raw", pipelines_dir=f"{out / 'pipelines'}"
    )
    pipeline.run(source, loader_file_format="parquet")
    trace = pipeline.last_trace
    seconds = {step.step: round((step.finished_at - step.started_at).total_seconds(), 2) for step in trace.steps}
    print(json.dumps({"rows": trace.last_normalize_info.row_counts["transactionlines"], "seconds": seconds}))


if __name__ == "__main__":
    main()
