"""A tiny office for the instances of this folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.books.plan import Size
from finago_assets.sandbox.server import Running, running

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def office() -> Iterator[Running]:
    with running(size=Size.TINY, years=1) as found:
        yield found
