"""A command starts without the large packages that it does not need."""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
from importlib import metadata
from typing import Final

import pytest
from typer.testing import CliRunner

from finago_assets.cli import app

LARGE: Final = (
    "dagster",
    "dbt",
    "duckdb",
    "jsonschema",
    "matplotlib",
    "numpy",
    "pandas",
    "pyarrow",
    "sqlalchemy",
    "streamlit",
    "yaml",
)
SENT: Final = (
    "from finago_assets import connect, settings; "
    "from finago_assets.core.request import perform, request; "
    "from finago_assets.core.request.targets.target import parse_target; "
    "parse_target('records.ndjson')"
)
RUN: Final = "from typer.testing import CliRunner; from finago_assets.cli import app; CliRunner().invoke(app, {})"


@pytest.mark.parametrize("port", [None, 65_536])
def test_dev_refuses_a_port_that_is_taken_or_none(port: int | None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        taken = listening.getsockname()[1] if port is None else port
        done = CliRunner().invoke(app, ["dev", "--port", f"{taken}"])
    assert done.exit_code != 0
    assert f"Port {taken} on 127.0.0.1 cannot be used" in f"{done.exception}" or "65535" in done.output


@pytest.mark.parametrize(
    "work",
    [
        RUN.format(["--help"]),
        RUN.format(["--version"]),
        RUN.format(["templates"]),
        RUN.format(["request", "--help"]),
        SENT,
    ],
    ids=["--help", "--version", "templates", "request --help", "request"],
)
def test_a_command_starts_without_what_it_does_not_need(work: str) -> None:
    told = f"import sys; {work}; print(*[name for name in {LARGE} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_versions_that_a_report_of_a_fault_has_to_name_are_said_in_one_line() -> None:
    done = CliRunner().invoke(app, ["--version"])
    assert done.exit_code == 0
    said = dict(part.split() for part in done.stdout.split(", "))
    assert said == {name: metadata.version(name) for name in said if name != "Python"} | {
        "Python": platform.python_version()
    }
    assert {"finago-assets", "dagster", "dbt-core", "duckdb"} <= set(said)
