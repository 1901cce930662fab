"""An answer on disk, and an empty database of each kind that is tried."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

import pytest

from finago_assets.core.request.answer import Answer

if TYPE_CHECKING:
    from pathlib import Path


class Answering(Protocol):
    def __call__(self, text: str, *, many: bool = True) -> Answer: ...


@pytest.fixture
def answer(tmp_path: Path) -> Answering:
    """Return what makes an answer of its JSON."""

    def make(text: str, *, many: bool = True) -> Answer:
        body = tmp_path / "body.json"
        body.write_text(text, encoding="utf-8")
        return Answer(
            status=200,
            trace_id="trace-1",
            headers={},
            body=body,
            many=many,
            records=len(json.loads(text)) if many else 1,
            pages=1,
            requests=1,
            retries=0,
            waited_seconds=0,
            seconds=0.1,
            size=len(text),
        )

    return make


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Return the URL of an empty database; the file of SQLite's is not there yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'own.db'}"
    url: str = request.getfixturevalue("postgresql")
    return url
