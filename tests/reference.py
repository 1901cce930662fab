"""Where the published API description lies when it is there, for contract tests. The package itself never reads it."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

REFERENCE = Path(__file__).parents[2] / "shared" / "reference"


@cache
def _load() -> dict[str, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    document: dict[str, Any] = yaml.load((REFERENCE / "finago-openapi.yaml").read_text("utf-8"), Loader=loader)  # noqa: S506  a safe loader
    return document


def norway(name: str) -> str:
    """Return a code list of the tax administration, or skip the test where it is not beside the checkout."""
    path = REFERENCE / "norway" / name
    if not path.exists():
        pytest.skip("the code lists of the tax administration are not beside this checkout")
    return path.read_text("utf-8-sig")


def openapi() -> dict[str, Any]:
    """Return the API description, or skip the test where it is not beside the checkout."""
    if not (REFERENCE / "finago-openapi.yaml").exists():
        pytest.skip("the published API description is not beside this checkout")
    return _load()
