"""Dagster resources: where settings become a client and a store. Owns no rule about either.

Credentials are references (`env:NAME`, `file:PATH`), followed at run time, so no definition or run ever holds a value.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dagster as dg
from pydantic import Field

from finago_assets.core.extract import Extractor
from finago_assets.core.http.budget import RequestBudget
from finago_assets.core.http.client import FinagoClient
from finago_assets.core.landing.store import RawStore, open_store
from finago_assets.settings import (
    CLIENT_ID,
    CLIENT_SECRET,
    ORGANIZATION_ID,
    Settings,
    read_connection,
    read_settings,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finago_assets.core.http.connection import Connection


class FinagoResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The connection to one organization of Finago Office, and the raw store that its answers land in."""

    client_id: str = Field(default=CLIENT_ID, description="A reference: env:NAME or file:PATH.")
    client_secret: str = Field(
        default=CLIENT_SECRET, description="A reference: env:NAME or file:PATH. Never the value."
    )
    organization_id: str = Field(default=ORGANIZATION_ID, description="A reference: env:NAME or file:PATH.")

    def settings(self) -> Settings:
        """Read the settings of this process."""
        return read_settings()

    def connection(self) -> Connection:
        """Follow the references. Raises SettingMissing or SettingInvalid."""
        return read_connection(
            self.settings(),
            client_id=self.client_id,
            client_secret=self.client_secret,
            organization_id=self.organization_id,
        )

    def store(self) -> RawStore:
        """Open the raw store; needs no credentials."""
        settings = self.settings()
        return open_store(settings.data_dir, settings.landing)

    @contextmanager
    def extractor(self, *, run: str, say: Callable[[str], None]) -> Iterator[Extractor]:
        """Yield an extractor over one client, closed afterwards."""
        settings, connection = self.settings(), self.connection()
        store = self.store()
        store.sweep()
        with open_client(settings, connection) as client:
            yield Extractor(
                client=client,
                store=store,
                organization=connection.organization_id,
                run=run,
                start_date=settings.start_date,
                concurrency=settings.concurrency,
                say=say,
            )


def open_client(settings: Settings, connection: Connection) -> FinagoClient:
    """Return a client under the request ceiling that every process of this machine shares."""
    budget = RequestBudget(settings.work_dir / "budget", connection.organization_id, settings.requests_per_second)
    return FinagoClient(connection, budget=budget)
