"""References to credentials, followed when something is asked: to the connection of each API, and to where copies go.

Owns which variables those are, and the sentence a user reads when one is empty. They are read at run time, so that a
secret's value never becomes part of a definition, a run's config or an error. What is no secret is settings.py's.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago.connection import FinagoConnection
from finago_assets.apis.finago_soap.connection import SoapConnection
from finago_assets.apis.halo.connection import HaloConnection
from finago_assets.core.connections.references import follow, follow_all
from finago_assets.core.errors import SettingInvalid, SettingMissing
from finago_assets.core.http.secret import Secret
from finago_assets.project import typed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from finago_assets.core.connections.address import Address
    from finago_assets.settings import Settings

CLIENT_ID_REFERENCE: Final = "env:FINAGO_CLIENT_ID"
CLIENT_SECRET_REFERENCE: Final = "env:FINAGO_CLIENT_SECRET"  # noqa: S105  the name of the variable
ORGANIZATION_ID_REFERENCE: Final = "env:FINAGO_ORGANIZATION_ID"
HALO_URL: Final = "env:HALO_URL"
HALO_CLIENT_ID: Final = "env:HALO_CLIENT_ID"
HALO_CLIENT_SECRET: Final = "env:HALO_CLIENT_SECRET"  # noqa: S105  the name of the variable
HALO_WRITE_CLIENT_ID: Final = "env:HALO_WRITE_CLIENT_ID"
HALO_WRITE_CLIENT_SECRET: Final = "env:HALO_WRITE_CLIENT_SECRET"  # noqa: S105  the name of the variable
SOAP_APPLICATION_ID: Final = "env:FINAGO_SOAP_APPLICATION_ID"
SOAP_USERNAME: Final = "env:FINAGO_SOAP_USERNAME"
SOAP_PASSWORD: Final = "env:FINAGO_SOAP_PASSWORD"  # noqa: S105  the name of the variable
SQL_SCHEMA: Final = "finago"


def read_connection(
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    *,
    client_id: str = CLIENT_ID_REFERENCE,
    client_secret: str = CLIENT_SECRET_REFERENCE,
    organization_id: str = ORGANIZATION_ID_REFERENCE,
) -> FinagoConnection:
    """Follow three references to a connection. Raises SettingMissing naming every variable that is empty, at once."""
    found = follow_all(
        os.environ if environ is None else environ,
        {"client id": client_id, "client secret": client_secret, "organization id": organization_id},
        advice="Set them to the credentials of your Finago Office application, "
        f"or run `{typed('demo')}` to see everything on the sandbox.",
    )
    return FinagoConnection(
        organization_id=found["organization id"],
        client_id=found["client id"],
        client_secret=Secret(found["client secret"]),
        api_url=settings.api_url,
        token_url=settings.token_url,
    )


def read_publish_address(environ: Mapping[str, str] | None = None) -> Address:
    """Return the database that the published tables are copied to; its "table" is a schema. Raises SettingInvalid."""
    # a command that copies nothing need not load what talks to databases
    from finago_assets.core.connections.address import read_address  # noqa: PLC0415  see above

    env = os.environ if environ is None else environ
    text = env.get("FINAGO_PUBLISH_SQL", "").strip()
    if text.startswith(("env:", "file:")):
        text = follow(env, "address that FINAGO_PUBLISH_SQL leads to", text)
    return read_address(text, table=SQL_SCHEMA)


def read_halo_connection(
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    *,
    client_id: str = HALO_CLIENT_ID,
    client_secret: str = HALO_CLIENT_SECRET,
) -> HaloConnection | None:
    """Follow the references to the tenant of Halo; None where nothing at all of it is set, which is not asked then.

    Raises SettingMissing where some of it is, naming every variable that is empty, at once.
    """
    env = os.environ if environ is None else environ
    wanted = {"client id": client_id, "client secret": client_secret}
    names = [one.removeprefix("env:") for one in wanted.values() if one.startswith("env:")]
    if not settings.halo_url and len(names) == len(wanted) and not any(env.get(name, "").strip() for name in names):
        return None
    found = follow_all(
        {**env, "HALO_URL": settings.halo_url},
        {"API URL": HALO_URL, **wanted},
        advice="Set them to the API application of your Halo, or none of them to leave Halo out.",
    )
    return HaloConnection(
        api_url=found["API URL"],
        auth_url=settings.halo_auth_url,
        client_id=found["client id"],
        client_secret=Secret(found["client secret"]),
        tenant=settings.halo_tenant,
    )


def read_halo_write_connection(settings: Settings, environ: Mapping[str, str] | None = None) -> HaloConnection:
    """Follow the references to the application that may change connections, which is another one than lands them.

    Raises SettingMissing, and SettingInvalid where both are the same.
    """
    env = os.environ if environ is None else environ
    found = read_halo_connection(settings, env, client_id=HALO_WRITE_CLIENT_ID, client_secret=HALO_WRITE_CLIENT_SECRET)
    if found is None:
        raise SettingMissing(
            "HALO_URL, HALO_WRITE_CLIENT_ID and HALO_WRITE_CLIENT_SECRET are empty. Connections are changed with an "
            "application of its own, so that the one that lands them every night cannot change anything."
        )
    if found.client_id == env.get("HALO_CLIENT_ID", "").strip():
        raise SettingInvalid(
            "HALO_WRITE_CLIENT_ID is HALO_CLIENT_ID. Make a second API application in Halo for changes, so that the "
            "one that lands connections every night cannot change any."
        )
    return found


def read_soap_connection(  # noqa: PLR0913  the references, which have defaults
    settings: Settings,
    environ: Mapping[str, str] | None = None,
    *,
    application_id: str = SOAP_APPLICATION_ID,
    username: str = SOAP_USERNAME,
    password: str = SOAP_PASSWORD,
    organization_id: str = ORGANIZATION_ID_REFERENCE,
) -> SoapConnection | None:
    """Follow the references to the SOAP services; None where no credential at all is set, and they are not asked then.

    Raises SettingMissing where some of them are, naming every variable that is empty, at once.
    """
    env = os.environ if environ is None else environ
    credentials = {"application id": application_id, "user name": username, "password": password}
    names = [one.removeprefix("env:") for one in credentials.values() if one.startswith("env:")]
    if len(names) == len(credentials) and not any(env.get(name, "").strip() for name in names):
        return None
    found = follow_all(
        env,
        {**credentials, "organization id": organization_id},
        advice="Set them to a user of the SOAP services and the id of your application, or none of them to leave "
        "these services out.",
    )
    return SoapConnection(
        organization_id=found["organization id"],
        application_id=found["application id"],
        username=found["user name"],
        password=Secret(found["password"]),
        identity_id=settings.soap_identity_id,
        api_url=settings.soap_url,
        webservices_url=settings.soap_webservices_url,
    )
