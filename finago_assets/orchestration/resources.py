"""Dagster resources: where settings become a client and a store. Owns no rule about either.

Credentials are references, followed at run time, so that no definition and no run's config ever holds a value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, ClassVar, Final

import dagster as dg
from pydantic import Field, field_validator

from finago_assets.apis import CONNECTION_KINDS
from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago_soap import FINAGO_SOAP
from finago_assets.apis.halo import HALO
from finago_assets.apis.halo.connection import HaloConnection
from finago_assets.connect import open_client
from finago_assets.core.catalogue.api import Api
from finago_assets.core.connections.registry import REGISTRY_REFERENCE, open_registry
from finago_assets.core.errors import SettingInvalid, SettingMissing
from finago_assets.core.extract import Extractor
from finago_assets.core.http.client import ApiClient
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.landing.store import RawStore, open_store
from finago_assets.core.outage import Patience
from finago_assets.core.progress import silent, throttled
from finago_assets.credentials import (
    CLIENT_ID_REFERENCE,
    CLIENT_SECRET_REFERENCE,
    HALO_CLIENT_ID,
    HALO_CLIENT_SECRET,
    ORGANIZATION_ID_REFERENCE,
    SOAP_APPLICATION_ID,
    SOAP_PASSWORD,
    SOAP_USERNAME,
    read_connection,
    read_halo_connection,
    read_soap_connection,
)
from finago_assets.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.apis.finago.connection import FinagoConnection
    from finago_assets.apis.finago_soap.connection import SoapConnection
    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.connection import Connection


# a tenant's limit is counted over five minutes; where steps run one after another, the books would wait for more
LONGEST_WAIT_BESIDE: Final = 360.0


class Reference(dg.Config):
    """Where a value is found at run time. `file` counts where both are given: Dagster fills `env` in from the default.

    An object, not text: Dagster then refuses a value typed in its place before it stores the run and its config.
    """

    env: str = Field(default="", description="Name of an environment variable.")
    file: str = Field(default="", description="Path of a file that holds the value and nothing else.")

    def notation(self) -> str:
        """Return the reference the way the settings spell it."""
        return f"file:{self.file}" if self.file else f"env:{self.env}"


def _parse_reference(notation: str) -> Reference:
    return Reference(env=notation.removeprefix("env:"))


class ApiResource(dg.ConfigurableResource):  # type: ignore[type-arg]
    """A connection to one organization at one API, and the raw store that its answers land in."""

    api: ClassVar[Api]

    def settings(self) -> Settings:
        """Read the settings of this process."""
        return read_settings()

    def connection(self) -> Connection | None:
        """Follow the references; None where the API is left out. Raises SettingMissing or SettingInvalid."""
        raise NotImplementedError

    def tenants(self) -> list[ApiResource]:
        """Return a resource for each connection that is landed with; this one alone unless a subclass knows more."""
        return [self]

    def patience(self, settings: Settings) -> Patience:
        """Return how long an outage is sat out."""
        return Patience(seconds=settings.outage_minutes * 60.0)

    def connected(self) -> Connection:
        """Follow the references. Raises SettingMissing where the API is left out as well."""
        connection = self.connection()
        if connection is None:
            wanted = f"{self.api.source.name.upper()}_..."
            raise SettingMissing(
                f"Nothing says how {self.api.source.title} is reached. Set the variables {wanted}, as the README says."
            )
        return connection

    def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:
        """Open a client that tells of long pauses; a subclass may open another."""
        return open_client(settings, connection, tell=tell)

    def store(self) -> RawStore:
        """Open the raw store; needs no credentials."""
        settings = self.settings()
        return open_store(settings.data_dir, settings.landing, self.api.source.name)

    @contextmanager
    def extractor(
        self, *, run: str, tell: Callable[[str], None], catalogue: Mapping[str, Endpoint] | None = None
    ) -> Iterator[Extractor]:
        """Yield an extractor over one client, closed afterwards. `catalogue` is where parents are looked up.

        `tell` gets what has to be read, and of progress a line every few seconds. Raises SettingMissing where the API
        is left out.
        """
        settings, connection = self.settings(), self.connected()
        store = self.store()
        store.sweep()
        with self.client(settings, connection, tell) as client:
            yield Extractor(
                client=client,
                store=store,
                organization=connection.organization_id,
                run=run,
                start_date=settings.start_date,
                concurrency=settings.concurrency,
                say=throttled(tell),
                tell=tell,
                patience=self.patience(settings),
                catalogue=self.api.endpoints if catalogue is None else catalogue,
                lookback_days=settings.lookback_days,
            )


def _no_values(given: object) -> object:
    # not a ValueError: pydantic would repeat what was given
    if not isinstance(given, (Reference, Mapping)):
        raise SettingInvalid("Credentials are given as Reference(env=...) or Reference(file=...), never as values.")
    return given


class FinagoResource(ApiResource):
    """The connection to one organization of Finago Office, and the raw store that its answers land in."""

    api = FINAGO
    client_id: Reference = Field(default=_parse_reference(CLIENT_ID_REFERENCE), description="Where it is found.")
    client_secret: Reference = Field(
        default=_parse_reference(CLIENT_SECRET_REFERENCE), description="Where it is found."
    )
    organization_id: Reference = Field(
        default=_parse_reference(ORGANIZATION_ID_REFERENCE), description="Where it is found."
    )

    @field_validator("client_id", "client_secret", "organization_id", mode="before")
    @classmethod
    def _is_no_value(cls, given: object) -> object:
        return _no_values(given)

    def connection(self) -> FinagoConnection:
        """Follow the references. Raises SettingMissing or SettingInvalid."""
        return read_connection(
            self.settings(),
            client_id=self.client_id.notation(),
            client_secret=self.client_secret.notation(),
            organization_id=self.organization_id.notation(),
        )


class HaloResource(ApiResource):
    """The connection to one tenant of Halo, and the raw store that its answers land in; addresses are settings."""

    api = HALO
    client_id: Reference = Field(default=_parse_reference(HALO_CLIENT_ID), description="Where it is found.")
    client_secret: Reference = Field(default=_parse_reference(HALO_CLIENT_SECRET), description="Where it is found.")

    @field_validator("client_id", "client_secret", mode="before")
    @classmethod
    def _is_no_value(cls, given: object) -> object:
        return _no_values(given)

    def connection(self) -> HaloConnection | None:
        """Follow the references; None where nothing of Halo is set. Raises SettingMissing or SettingInvalid."""
        return read_halo_connection(
            self.settings(), client_id=self.client_id.notation(), client_secret=self.client_secret.notation()
        )

    def tenants(self) -> list[ApiResource]:
        """Return one for the tenant of the variables, and one for each row of the registry that is named."""
        rows: list[ApiResource] = [self.of_row(name) for name in self.settings().halo_connections]
        return [self, *rows] if self.settings().halo_url or not rows else rows

    def of_row(self, name: str) -> ApiResource:
        """Return the resource of one row of the registry; a subclass may return another."""
        return RegisteredHaloResource(row=name)

    def patience(self, settings: Settings) -> Patience:
        """Return how long an outage is sat out: what the limit of a tenant takes to pass, for the books may wait."""
        return Patience(seconds=min(settings.outage_minutes * 60.0, LONGEST_WAIT_BESIDE))


class SoapResource(ApiResource):
    """The connection to one organization over SOAP, and the raw store of its answers; addresses are settings."""

    api = FINAGO_SOAP
    application_id: Reference = Field(default=_parse_reference(SOAP_APPLICATION_ID), description="Where it is found.")
    username: Reference = Field(default=_parse_reference(SOAP_USERNAME), description="Where it is found.")
    password: Reference = Field(default=_parse_reference(SOAP_PASSWORD), description="Where it is found.")
    organization_id: Reference = Field(
        default=_parse_reference(ORGANIZATION_ID_REFERENCE), description="Where it is found."
    )

    @field_validator("application_id", "username", "password", "organization_id", mode="before")
    @classmethod
    def _is_no_value(cls, given: object) -> object:
        return _no_values(given)

    def connection(self) -> SoapConnection | None:
        """Follow the references; None where no credential is set. Raises SettingMissing or SettingInvalid."""
        return read_soap_connection(
            self.settings(),
            application_id=self.application_id.notation(),
            username=self.username.notation(),
            password=self.password.notation(),
            organization_id=self.organization_id.notation(),
        )

    def client(self, settings: Settings, connection: Connection, tell: Callable[[str], None] = silent) -> ApiClient:
        """Open a client that tries a read three times: an answer may take minutes, and a smaller one is asked for."""
        return open_client(settings, connection, RetryPolicy(attempts=3), tell)

    def patience(self, settings: Settings) -> Patience:
        """Return how long an outage is sat out: the books may wait for these services, and do not need them."""
        return Patience(seconds=min(settings.outage_minutes * 60.0, LONGEST_WAIT_BESIDE))


class RegisteredHaloResource(HaloResource):
    """The connection to the tenant of one row of the registry."""

    row: str = Field(description="The row's name; its kind is halo.")

    def connection(self) -> HaloConnection:
        """Follow the row's references. Raises SettingMissing or SettingInvalid."""
        found = open_registry(REGISTRY_REFERENCE, CONNECTION_KINDS).named(self.row).open(self.settings())
        if not isinstance(found, HaloConnection):
            raise SettingInvalid(f"HALO_CONNECTIONS names {self.row!r:.100}, which is no connection of the kind halo.")
        return found
