"""Every test that asks for `make_store` runs once for each store."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest

from tests.core.landing.samples import KINDS, MakeStore, Store


@pytest.fixture(params=KINDS)
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    return KINDS[cast("str", request.param)]


@pytest.fixture
def store(make_store: MakeStore, tmp_path: Path) -> Store:
    return make_store(tmp_path / "data")
