"""Every test that asks for `make_store` runs once for each store."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tests.core.landing.samples import KINDS, MakeStore, Store

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=KINDS)
def make_store(request: pytest.FixtureRequest) -> MakeStore:
    return KINDS[cast("str", request.param)]


@pytest.fixture
def store(make_store: MakeStore, tmp_path: Path) -> Store:
    return make_store(tmp_path / "data")
