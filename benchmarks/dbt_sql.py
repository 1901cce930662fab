"""What dbt sends to DuckDB for one model, taken from dbt's own log, so that it can be run without dbt around it.

Owns the dbt command line, the reading of its artifacts, and how its log's seconds are told apart by layer.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Final

import yaml
from jinja2 import Environment

PROJECT: Final = Path(__file__).parents[1] / "dbt_project"
MODEL: Final = "stg_transactionlines"
STAGING, TESTS, OWN = "staging", "data tests", "dbt's own"
_FOLDERS: Final = {one.name for one in (PROJECT / "models").iterdir() if one.is_dir()}
MODELS: Final = (STAGING, *sorted(_FOLDERS - {STAGING}), "seeds")


def command(action: str, data_dir: Path, *more: str) -> list[str]:
    """Return the dbt command, with artifacts and a machine-readable log in the data folder."""
    work = data_dir / "work"
    return [
        os.fspath(Path(sys.executable).with_name("dbt")),
        *(action, "--quiet", "--project-dir", f"{PROJECT}", "--profiles-dir", f"{PROJECT}"),
        *("--target-path", f"{work / 'dbt'}", "--log-path", f"{work / 'dbt'}"),
        *("--log-level-file", "debug", "--log-format-file", "json", *more),
    ]


def capture(data_dir: Path, model: str = MODEL) -> float:
    """Keep the model's statements in `typing.json` for benchmarks.ours; return the seconds that dbt counted for it."""
    artifacts = data_dir / "work" / "dbt"
    sent = [
        event["data"]["sql"]
        for event in map(json.loads, log(data_dir).read_text(encoding="utf-8").splitlines())
        if event["info"]["name"] == "SQLQuery" and event["data"]["conn_name"].endswith(f".{model}")
    ]
    statements = ["create schema if not exists staging", *sent]
    kept = {"settings": _settings(data_dir), "statements": statements}
    (data_dir / "typing.json").write_text(json.dumps(kept), encoding="utf-8")
    (result,) = json.loads((artifacts / "run_results.json").read_text(encoding="utf-8"))["results"]
    return float(result["execution_time"])


def log(data_dir: Path) -> Path:
    """Return where dbt writes its log; it appends to what is there."""
    return data_dir / "work" / "dbt" / "dbt.log"


def seconds(data_dir: Path) -> dict[str, float]:
    """Return how long DuckDB took for what dbt sent, by layer, and for the model that types the ledger.

    Every statement of a node counts, but for BEGIN: dbt-duckdb opens and sets up a connection there. That and what dbt
    asks for itself is `dbt's own`. The log has to be one command's and in one file.
    """
    found: dict[str, float] = dict.fromkeys((*MODELS, TESTS, OWN, MODEL), 0.0)
    sent = {}
    with log(data_dir).open(encoding="utf-8") as lines:
        for event in map(json.loads, lines):
            kind, thread, data = event["info"]["name"], event["info"]["thread"], event["data"]
            if kind == "SQLQuery":
                sent[thread] = data["sql"]
            elif kind == "SQLQueryStatus":
                node = {} if sent[thread].endswith("BEGIN") else data.get("node_info") or {}
                found[_layer(node)] += data["elapsed"]
                if node.get("node_name") == MODEL:
                    found[MODEL] += data["elapsed"]
    return found


def _layer(node: dict[str, str]) -> str:
    kind = node.get("resource_type")
    if kind == "model":
        return node["node_path"].split("/", 1)[0]
    return {"test": TESTS, "seed": "seeds"}.get(kind or "", OWN)


def _settings(data_dir: Path) -> dict[str, str]:
    environment = {**os.environ, "FINAGO_DATA_DIR": os.fspath(data_dir)}
    text = (PROJECT / "profiles.yml").read_text(encoding="utf-8")
    rendered = Environment(autoescape=False).from_string(text).render(env_var=environment.get)  # noqa: S701  YAML
    profile = yaml.safe_load(rendered)["finago"]["outputs"]["parquet"]
    settings = {**profile["config_options"], **profile["settings"]}
    return {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in settings.items()}
