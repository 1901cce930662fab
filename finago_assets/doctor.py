"""What will work and what will not, found out with the smallest requests: the reasoning behind `finago-assets doctor`.

Owns settings, folders, runs and the order of things. What an API answers is `api_questions.py`'s. Prints nothing; the
command line draws the table.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from finago_assets.api_questions import Condition, Finding, QuestionsToAnApi
from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago_soap import FINAGO_SOAP
from finago_assets.apis.halo import HALO
from finago_assets.core.errors import FinagoError, SettingMissing
from finago_assets.core.http.retry import RetryPolicy
from finago_assets.core.windows import oslo_today
from finago_assets.credentials import (
    read_connection,
    read_halo_connection,
    read_halo_write_connection,
    read_soap_connection,
)
from finago_assets.settings import read_settings
from finago_assets.variables import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.http.connection import Connection
    from finago_assets.settings import Settings

_PREFIXES: Final = ("FINAGO_", "HALO_")
LITTLE_SPACE: Final = 1 << 30
# an answer after half a minute helps nobody who waits for it
PATIENCE: Final = RetryPolicy(attempts=2, cap_seconds=1, retry_after_cap=5, throttle_seconds=1, request_seconds=30)


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
    yield _days_to_land(settings)
    yield from _unread_variables(environ)
    folder, usable = _data_folder(settings)
    yield folder
    if not usable:
        return
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
    today = oslo_today()
    questions = QuestionsToAnApi(
        api=HALO,
        client=client,
        address=connection.api_url,
        setting="HALO_URL",
        certain=("features", "tax", "externallink"),
        # an agent without rights sees lists without records
        filled=False,
        granted_by="Look at the API application in Halo: its scopes, and the rights of the agent that it logs in as.",
        first=today,
        today=today,
    )
    signed_in = Finding("token", Condition.WORKS, f"for tenant {connection.organization_id}")
    with client:
        yield from _beside(questions, signed_in)
    if questions.shows_nothing:
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
    today = oslo_today()
    questions = QuestionsToAnApi(
        api=FINAGO_SOAP,
        client=client,
        address=connection.api_url,
        setting="FINAGO_SOAP_URL",
        certain=("accountlist", "typelist"),
        filled=True,
        granted_by="Look at the modules that the user of FINAGO_SOAP_USERNAME may use.",
        first=today,
        today=today,
    )
    signed_in = Finding("login", Condition.WORKS, f"the session is one of organization {client.organization_id}")
    with client:
        yield from _beside(questions, signed_in)


def _beside(questions: QuestionsToAnApi, signed_in: Finding) -> Iterator[Finding]:
    """Sign in to an API that the books are not made of, and ask for each of its lists."""
    name = questions.api.source.name
    try:
        questions.client.authenticate()
    except FinagoError as error:
        yield Finding(f"{name}/{signed_in.subject}", Condition.FAILS, str(error))
        return
    yield from (replace(one, subject=f"{name}/{one.subject}") for one in (signed_in, *questions.ask_all()))


def _through(client: ApiClient, settings: Settings, connection: Connection) -> Iterator[Finding]:
    try:
        client.authenticate()
    except FinagoError as error:
        yield Finding("token", Condition.FAILS, str(error))
        return
    yield Finding("token", Condition.WORKS, f"for organization {connection.organization_id}")
    today = oslo_today()
    questions = QuestionsToAnApi(
        api=FINAGO,
        client=client,
        address=connection.api_url,
        setting="FINAGO_API_URL",
        certain=("organization_information", "accounts", "currencies"),
        filled=True,
        granted_by=(
            "The organization approves an application's scopes where it connects it, under Integrations; check that it "
            "has, and that FINAGO_ORGANIZATION_ID is that organization."
        ),
        first=min(settings.start_date, today),
        today=today,
    )
    yield from questions.ask_all()


def _days_to_land(settings: Settings) -> Finding:
    first, today = settings.start_date, oslo_today()
    if first > today:
        return Finding(
            "settings", Condition.FAILS, f"FINAGO_START_DATE ({first}) lies in the future: there is no day to land"
        )
    return Finding(
        "settings", Condition.WORKS, f"data in {settings.data_dir}; a partition is a day from {first} to {today}"
    )


def _unread_variables(environ: Mapping[str, str]) -> Iterator[Finding]:
    """Name variables that look like ours and are none, which a misspelt one would be."""
    known = {name for variable in VARIABLES for name in variable.names}
    unread = sorted(name for name in environ if name.startswith(_PREFIXES) and name not in known)
    if unread:
        near = {name: get_close_matches(name, known, n=1, cutoff=0.7) for name in unread}
        named = ", ".join(f"{name} (meant: {found[0]}?)" if (found := near[name]) else name for name in unread)
        yield Finding(
            "variables", Condition.UNKNOWN, f"nothing reads {named}, unless a reference in your own registry does"
        )


def _runs(dead: Mapping[str, str]) -> Finding:
    if not dead:
        return Finding("runs", Condition.WORKS, "none is recorded as under way that is not")
    said = " ".join(f"Run {run[:8]}: {reason}" for run, reason in dead.items())
    return Finding("runs", Condition.FAILS, f"{said} The next run, or the daemon, marks them as failed.")


def _data_folder(settings: Settings) -> tuple[Finding, bool]:
    """Look at the data folder; say too whether it is there to be written, without which no request can be made."""
    folder = settings.data_dir
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        free = shutil.disk_usage(folder).free
    except OSError:
        said = f"{folder} cannot be made; set FINAGO_DATA_DIR to a writable folder"
        return Finding("data folder", Condition.FAILS, said), False
    if not os.access(folder, os.W_OK | os.X_OK):
        said = f"{folder} cannot be written; set FINAGO_DATA_DIR to one that can"
        return Finding("data folder", Condition.FAILS, said), False
    verdict = Condition.WORKS if free > LITTLE_SPACE else Condition.FAILS
    others = "; other users of this machine can look into it: chmod 700" if folder.stat().st_mode & 0o077 else ""
    return Finding("data folder", verdict, f"{free / (1 << 30):,.1f} GiB free{others}"), True
