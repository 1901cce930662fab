"""Settings and a connection become a client. Owns that one step, for commands and for Dagster's resources alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import FinagoClient
from finago_assets.core.http.retry import RetryPolicy

if TYPE_CHECKING:
    from finago_assets.core.http.connection import Connection
    from finago_assets.settings import Settings


def open_client(settings: Settings, connection: Connection, policy: RetryPolicy = RetryPolicy()) -> FinagoClient:  # noqa: B008  frozen
    """Return a client under the request ceiling that every process of this machine shares."""
    budget = RequestBudget(settings.work_dir / "budget", connection.organization_id, settings.requests_per_second)
    return FinagoClient(connection, budget=budget, policy=policy)
