"""How our commands start a Dagster: in which folder, with which home, and with the same data folder as ours.

Owns those three. In a project they are the project's; elsewhere everything lies in the data folder of where we are.
"""

from __future__ import annotations

import os
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from finago_assets.core.errors import SettingInvalid
from finago_assets.core.landing.files import typed_errors
from finago_assets.new_project import INSTANCE
from finago_assets.project import ENV_FILE, find_project
from finago_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping

# Dagster 1.13 advises whoever types `dagster dev` or `dagster asset materialize` to type something else; we type them.
_NOT_SAID: Final = [f"ignore:Function `{name}` is superseded" for name in ("dev_command", "asset_materialize_command")]


@dataclass(frozen=True, slots=True)
class DagsterPlace:
    """Where a Dagster is started, and its home.

    `is_project`: whether it finds there what to load. `makes_home`: whether the home is nobody's but ours.
    """

    folder: Path
    data_dir: Path
    home: Path
    is_project: bool
    makes_home: bool


def find_place(ours: Mapping[str, str], *, on_sandbox: bool = False) -> DagsterPlace:
    """Return where a Dagster belongs that is started in this environment; `on_sandbox`: where no file connects it.

    Dagster puts what stands in `.env` of its folder over its environment, and so over the sandbox's addresses.
    """
    project = find_project(ours)
    folder = Path.cwd() if project is None else project.root
    data_dir = read_settings(ours).data_dir if ours.get("FINAGO_DATA_DIR", "").strip() else folder / "data"
    if on_sandbox and (folder / ENV_FILE).exists():
        return DagsterPlace(data_dir, data_dir, data_dir / "dagster", is_project=False, makes_home=True)
    given = ours.get("DAGSTER_HOME", "").strip()
    has_own = project is not None and (folder / INSTANCE.name).exists()
    home = Path(given) if given else folder if has_own else data_dir / "dagster"
    return DagsterPlace(folder, data_dir, home, is_project=project is not None, makes_home=not given and not has_own)


def dagster_environment(
    place: DagsterPlace, environment: Mapping[str, str], ours: Mapping[str, str] = os.environ
) -> dict[str, str]:
    """Return the environment of a `dagster` that is started at a place, `environment` put over ours."""
    return {
        **ours,
        **environment,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{ours.get('PATH', '')}",
        # without it every dagster command makes a folder .tmp_dagster_home_* there, which stays when it is killed
        "DAGSTER_HOME": os.fspath(place.home),
        "FINAGO_DATA_DIR": os.fspath(place.data_dir),
        "PYTHONWARNINGS": ",".join(filter(None, [ours.get("PYTHONWARNINGS"), *_NOT_SAID])),
    }


def make_home(place: DagsterPlace) -> None:
    """Write the settings of Dagster's instance into a home in the data folder; another home has its own."""
    if not place.makes_home:
        return
    said: dict[str, Any] = yaml.safe_load(INSTANCE.read_text(encoding="utf-8"))
    said["storage"]["sqlite"]["base_dir"] = os.fspath(place.home)
    said["local_artifact_storage"]["config"]["base_dir"] = os.fspath(place.home)
    said["compute_logs"]["config"]["base_dir"] = os.fspath(place.home / "storage")
    with typed_errors("Making Dagster's home"):
        place.home.mkdir(parents=True, exist_ok=True, mode=0o700)
        (place.home / INSTANCE.name).write_text(yaml.safe_dump(said), encoding="utf-8")


def refuse_taken_port(port: int) -> None:
    """Raise SettingInvalid for a port that something listens on: Dagster would serve its UI on another one."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tried:
        # one that a UI before has just left is free
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            tried.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingInvalid(
                f"Port {port} on 127.0.0.1 cannot be used ({error.strerror}); give another one: --port."
            ) from None
