"""Turns the core's typed errors into Dagster failures: the one boundary, in one place.

Owns verdicts in Dagster's terms. A permanent error is a Failure that no retry policy repeats, and carries no cause.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg

from finago_assets.core.errors import FinagoError

if TYPE_CHECKING:
    from collections.abc import Iterator


def failure(error: FinagoError) -> dg.Failure:
    """Return the failure to raise; its description is the error's own sentence."""
    return dg.Failure(
        description=f"{type(error).__name__}: {error}",
        metadata={"verdict": error.verdict},
        allow_retries=error.retry,
    )


@contextmanager
def typed_failures() -> Iterator[None]:
    """Raise a core error as its Failure, without its cause: a chained cause would be stored in the event log."""
    try:
        yield
    except FinagoError as error:
        raise failure(error) from None
