"""What will work and what will not, found out with the smallest requests: the reasoning behind `finago-assets doctor`.

Owns the questions and their plain answers. Prints nothing; the command line draws the table.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import msgspec

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.fiscal import books_begin
from finago_assets.apis.finago_soap import FINAGO_SOAP
from finago_assets.apis.halo import HALO
from finago_assets.core.calls import smallest_call
from finago_assets.core.errors import (
    Blocked,
    FinagoError,
    Forbidden,
    Malformed,
    NotFound,
    SettingMissing,
    TooLarge,
    Transient,
)
from finago_assets.core.http.call import Tally
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.records import RecordReader
from finago_assets.core.windows import oslo_today
from finago_assets.settings import (
    read_connection,
    read_halo_connection,
    read_halo_write_connection,
    read_settings,
    read_soap_connection,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from finago_assets.core.catalogue.api import Api
    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.http.connection import Connection
    from finago_assets.settings import Settings

# lists that every organization has: what has none of them is not the API
_EVERYWHERE: Final = ("organization_information", "accounts", "currencies")
LITTLE_SPACE: Final = 1 << 30
WINDOW_ADVICE: Final = (
    "A partition is a day from FINAGO_START_DATE up to today in Oslo. For a day outside that range Dagster itself "
    "answers: “... must have a PartitionsDefinition containing the passed partition key”. Where the end of a range is "
    "at fault it names the start; “Could not find a partition with key”, further up, has the right day. A reversed "
    "range is refused by the assets: “is empty or reversed”."
)
# an answer after half a minute helps nobody who waits for it
PATIENCE: Final = RetryPolicy(attempts=2, cap_seconds=1, retry_after_cap=5, throttle_seconds=1, request_seconds=30)


class Condition(StrEnum):
    """How bad a finding is."""

    WORKS = "works"
    WITHHELD = "withheld"
    UNKNOWN = "cannot tell"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: what was looked at, the verdict, and what it means or what to do."""

    subject: str
    verdict: Condition
    detail: str


class _Organization(msgspec.Struct):
    name: str | None = None


def examine(
    environ: Mapping[str, str],
    connect: Callable[[Settings, Connection], ApiClient],
    dead_runs: Callable[[], Mapping[str, str]] = dict,
) -> Iterator[Finding]:
    """Yield findings in order, each as soon as it is known; stops after the first that makes the rest pointless.

    `dead_runs` gives the runs that count as under way although nothing executes them, with the reason for each.
    """
    try:
        settings = read_settings(environ)
    except FinagoError as error:
        yield Finding("settings", Condition.FAILS, str(error))
        return
    yield Finding("settings", Condition.WORKS, f"data in {settings.data_dir}, first day {settings.start_date}")
    yield _data_folder(settings)
    yield _runs(dead_runs())
    yield from _finago(settings, environ, connect)
    yield from _halo(settings, environ, connect)
    yield from _soap(settings, environ, connect)


def _finago(
    settings: Settings, environ: Mapping[str, str], connect: Callable[[Settings, Connection], ApiClient]
) -> Iterator[Finding]:
    try:
        connection = read_connection(settings, environ)
    except FinagoError as error:
        what = "credentials" if isinstance(error, SettingMissing) else "connection"
        yield Finding(what, Condition.FAILS, str(error))
        return
    try:
        client = connect(settings, connection)
    except FinagoError as error:
        yield Finding("network", Condition.FAILS, str(error))
        return
    road = settings.network.described(urlsplit(connection.api_url).hostname or "")
    yield Finding("network", Condition.WORKS, f"the API is reached {road}")
    with client:
        yield from _through(client, settings, connection)


def _halo(
    settings: Settings, environ: Mapping[str, str], connect: Callable[[Settings, Connection], ApiClient]
) -> Iterator[Finding]:
    """Look at the tenant of Halo; of one that nobody has set up there is nothing to say."""
    name = HALO.source.name
    try:
        connection = read_halo_connection(settings, environ)
        if connection is None:
            return
        client = connect(settings, connection)
    except FinagoError as error:
        yield Finding(name, Condition.FAILS, str(error))
        return
    yield from _halo_writer(settings, environ, connect)
    keys = dict[str, str | None]()
    signed_in = Finding("token", Condition.WORKS, f"for tenant {connection.organization_id}")
    with client:
        found = list(_beside(HALO, client, signed_in, keys))
    yield from found
    if len(found) > 1 and not any(keys.values()):
        yield Finding(
            name,
            Condition.UNKNOWN,
            "no list shows a single record. An agent without rights sees that too: look at the rights of the one that "
            "the API application logs in as",
        )


def _halo_writer(
    settings: Settings, environ: Mapping[str, str], connect: Callable[[Settings, Connection], ApiClient]
) -> Iterator[Finding]:
    """Sign in as the application for changes, where there is one; what it may change cannot be asked."""
    if not environ.get("HALO_WRITE_CLIENT_ID", "").strip():
        return
    subject = f"{HALO.source.name}/token for changes"
    try:
        with connect(settings, read_halo_write_connection(settings, environ)) as client:
            client.authenticate()
    except FinagoError as error:
        yield Finding(subject, Condition.FAILS, str(error))
    else:
        yield Finding(subject, Condition.WORKS, "`finago-assets halo` can sign in; nothing was changed")


def _soap(
    settings: Settings, environ: Mapping[str, str], connect: Callable[[Settings, Connection], ApiClient]
) -> Iterator[Finding]:
    """Look at the SOAP services, where somebody has set them up."""
    try:
        connection = read_soap_connection(settings, environ)
        if connection is None:
            return
        client = connect(settings, connection)
    except FinagoError as error:
        yield Finding(FINAGO_SOAP.source.name, Condition.FAILS, str(error))
        return
    with client:
        signed_in = Finding("login", Condition.WORKS, f"the session is one of organization {client.organization_id}")
        yield from _beside(FINAGO_SOAP, client, signed_in, {})


def _beside(api: Api, client: ApiClient, signed_in: Finding, keys: dict[str, str | None]) -> Iterator[Finding]:
    """Sign in to an API that the books are not made of, and ask for each of its lists."""
    name, today = api.source.name, oslo_today()
    try:
        client.authenticate()
    except FinagoError as error:
        yield Finding(f"{name}/{signed_in.subject}", Condition.FAILS, str(error))
        return
    yield replace(signed_in, subject=f"{name}/{signed_in.subject}")
    for endpoint in api.endpoints.values():
        one = _scope(client, endpoint, keys, today, today)
        yield replace(one, subject=f"{name}/{one.subject}")


def _through(client: ApiClient, settings: Settings, connection: Connection) -> Iterator[Finding]:
    today, keys = oslo_today(), dict[str, str | None]()
    try:
        client.authenticate()
    except FinagoError as error:
        yield Finding("token", Condition.FAILS, str(error))
        return
    yield Finding("token", Condition.WORKS, f"for organization {connection.organization_id}")
    wrong = _no_api(client, connection, today)
    if wrong is not None:
        yield Finding("API", Condition.FAILS, wrong)
        return
    for endpoint in FINAGO.endpoints.values():
        yield _scope(client, endpoint, keys, settings.start_date, today)


def _no_api(client: ApiClient, connection: Connection, today: date) -> str | None:
    """Say why nothing at all can be asked; None where the API answers. What one endpoint lacks is said in its line."""
    blocked = ""
    for name in _EVERYWHERE:
        try:
            client.probe(smallest_call(FINAGO.endpoints[name], today, today))
        except Transient as error:
            return str(error)
        except Blocked as error:
            blocked = str(error)
            continue
        except (NotFound, Malformed, TooLarge):
            continue
        except FinagoError:
            pass
        return None
    return blocked or (
        f"something answers at {connection.api_url}, and it is not the API: {', '.join(_EVERYWHERE)} are not there. "
        f"Check FINAGO_API_URL; the vendor's is {FINAGO.address}."
    )


def _scope(client: ApiClient, endpoint: Endpoint, keys: dict[str, str | None], first: date, today: date) -> Finding:
    off = "" if endpoint.enabled else " (off by default: FINAGO_EXTRA_ENDPOINTS)"
    parent = None
    if endpoint.parent is not None:
        parent = keys.get(endpoint.parent.endpoint)
        if parent is None:
            return Finding(endpoint.name, Condition.UNKNOWN, f"no {endpoint.parent.endpoint} record to ask about{off}")
    try:
        # a month back is enough to find a parent to ask about, and one record is all that is read
        day = max(first, today - timedelta(days=30)) if endpoint.window else today
        page = next(client.pages(smallest_call(endpoint, day, today, parent), Tally()), None)
    except Forbidden as refusal:
        needed = ", ".join(refusal.scopes or endpoint.scopes) or "not documented"
        return Finding(
            endpoint.name, Condition.WITHHELD, f"needs {needed}; the asset will be skipped with a warning{off}"
        )
    except NotFound as error:
        if endpoint.parent is None:
            return Finding(endpoint.name, Condition.FAILS, f"{error}{off}")
        return Finding(endpoint.name, Condition.WORKS, f"answers, with nothing to show{off}")
    except FinagoError as error:
        return Finding(endpoint.name, Condition.FAILS, f"{error}{off}")
    records = page.records if page is not None else []
    keys[endpoint.name] = RecordReader(endpoint).keys(records)[0] if records else None
    return Finding(endpoint.name, Condition.WORKS, _answered(endpoint, records, first) + off)


def _answered(endpoint: Endpoint, records: list[bytes], first: date) -> str:
    if endpoint.name == "organization_information" and records:
        return f"this is {msgspec.json.decode(records[0], type=_Organization).name}"
    if endpoint.name == "fiscalperiods":
        return _reach(records, first)
    return "answers" if records else "answers, with nothing to show"


def _reach(periods: list[bytes], first: date) -> str:
    """Say whether fiscal years lie before the first day. Which day the books were opened on the API does not tell."""
    begin = books_begin(periods)
    if begin is None or begin >= first:
        return "answers" if periods else "answers, with nothing to show"
    return (
        f"answers; the first fiscal year begins on {begin}, before FINAGO_START_DATE ({first}). What stood on a "
        "control account by then comes as one opening without customers, and later payments of it as unallocated. Set "
        "the start date to the day of the opening voucher to have open items by customer from the beginning"
    )


def _runs(dead: Mapping[str, str]) -> Finding:
    if not dead:
        return Finding("runs", Condition.WORKS, "none is recorded as under way that is not")
    said = " ".join(f"Run {run[:8]}: {reason}" for run, reason in dead.items())
    return Finding("runs", Condition.FAILS, f"{said} The next run, or the daemon, marks them as failed.")


def _data_folder(settings: Settings) -> Finding:
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError:
        return Finding(
            "data folder", Condition.FAILS, f"{folder} cannot be made; set FINAGO_DATA_DIR to a writable folder"
        )
    if not os.access(folder, os.W_OK | os.X_OK):
        return Finding(
            "data folder", Condition.FAILS, f"{folder} cannot be written; set FINAGO_DATA_DIR to one that can"
        )
    verdict = Condition.WORKS if free > LITTLE_SPACE else Condition.FAILS
    others = "; other users of this machine can look into it: chmod 700" if folder.stat().st_mode & 0o077 else ""
    return Finding("data folder", verdict, f"{free / (1 << 30):,.1f} GiB free{others}")
