"""A user's own database with a table of connections, of each kind that is tried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database."""
    if request.param == "sqlite":
        (tmp_path / "own.db").touch()
        return f"sqlite:///{tmp_path / 'own.db'}"
    url: str = request.getfixturevalue("postgresql")
    return url
