"""A small dg project of a test's own, with YAML in its defs folder, read the way Dagster reads ours."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import dagster as dg
import pytest
import yaml

from finago_assets.orchestration.components.own import load_own

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import Any

    MakeProject = Callable[..., Path]

DAGSTERS_OWN_WARNING = pytest.mark.filterwarnings("ignore:.parse_obj_as. is deprecated")
"""Dagster reads a component's YAML with a function that pydantic deprecates."""

ENDPOINT = "finago_assets.FinagoEndpoint"
REQUEST = "finago_assets.FinagoRequest"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MakeProject:
    """Return a function that makes a project of some components, each given as its attributes."""

    def make(*attributes: dict[str, Any], type_: str = ENDPOINT) -> Path:
        # modules are remembered by name for the whole process
        root = f"project_{uuid.uuid4().hex}"
        checkout = tmp_path / root
        defs = checkout / root / "defs"
        defs.mkdir(parents=True)
        for package in (defs, defs.parent):
            (package / "__init__.py").touch()
        (checkout / "pyproject.toml").write_text(
            f'[tool.dg]\ndirectory_type = "project"\n[tool.dg.project]\nroot_module = "{root}"\n'
        )
        for number, given in enumerate(attributes):
            (defs / f"own_{number}").mkdir()
            (defs / f"own_{number}" / "defs.yaml").write_text(yaml.safe_dump({"type": type_, "attributes": given}))
        monkeypatch.syspath_prepend(checkout)
        return checkout

    return make


def assets(project: Path) -> list[dg.AssetsDefinition]:
    """Return the assets that a project adds."""
    return [one for one in load_own(project).definitions.assets or [] if isinstance(one, dg.AssetsDefinition)]
