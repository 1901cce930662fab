"""Settings and a connection become a client. Owns that one step, for commands and for Dagster's resources alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.http.transport import RoutedTransport
from finago_assets.core.progress import silent

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.http.connection import Connection
    from finago_assets.settings import Settings


def open_client(
    settings: Settings,
    connection: Connection,
    policy: RetryPolicy = RetryPolicy(),  # noqa: B008  frozen
    tell: Callable[[str], None] = silent,
) -> ApiClient:
    """Return a client under the request ceiling that every process of this machine shares.

    It sits out a pause that another process was asked for as it does one of its own; `tell` is told of long ones.
    Raises SettingInvalid where the file of certificate authorities cannot be used.
    """
    transport = RoutedTransport(settings.network)
    budget = RequestBudget(
        settings.work_dir / "budget",
        connection.source.name,
        connection.organization_id,
        settings.ceiling(connection.source.name),
        patience_seconds=policy.retry_after_cap,
        tell=tell,
    )
    return ApiClient(connection, budget=budget, policy=policy, transport=transport, tell=tell)
