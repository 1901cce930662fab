"""A store of each kind for whoever asks for `store`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from tests.core.landing.samples import KINDS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.core.landing.samples import Store


@pytest.fixture(params=KINDS)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    return KINDS[cast("str", request.param)](tmp_path / "data")
