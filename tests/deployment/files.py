"""Reads what examples/deployment says: the commands and variables of units and of the compose file."""

from __future__ import annotations

import shlex
from configparser import ConfigParser
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).parents[2]
FOLDER: Final = ROOT / "examples" / "deployment"
NAMES: Final = ("code", "daemon", "web")
# where the units have the project and the environment
PROJECT, BIN = "/srv/finago/books", "/srv/finago/venv/bin/"


def read_unit(name: str) -> ConfigParser:
    """Return a unit; keys keep their case."""
    found = ConfigParser(interpolation=None)
    found.optionxform = str  # type: ignore[method-assign,assignment]
    found.read(FOLDER / "systemd" / f"finago-{name}.service", encoding="utf-8")
    return found


def unit_command(name: str) -> list[str]:
    """Return what a unit runs, without the path of the command."""
    return shlex.split(read_unit(name)["Service"]["ExecStart"].removeprefix(BIN))


def unit_variables(name: str) -> dict[str, str]:
    """Return the variables that a unit sets by itself."""
    return dict(word.split("=", 1) for word in shlex.split(read_unit(name)["Service"]["Environment"]))


def compose() -> dict[str, Any]:
    """Return the compose file, anchors followed."""
    return _yaml(FOLDER / "compose.yaml")


def instance_file(path: Path = FOLDER / "dagster.yaml") -> dict[str, Any]:
    """Return a dagster.yaml."""
    return _yaml(path)


def workspace() -> dict[str, Any]:
    """Return where the code server is, as workspace.yaml says it."""
    (server,) = _yaml(FOLDER / "workspace.yaml")["load_from"]
    found: dict[str, Any] = server["grpc_server"]
    return found


def _yaml(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found
