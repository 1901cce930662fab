"""Settings and a route's name become a route to post over, with what the check must know of it.

Owns that step, for the command and for Dagster alike. Which routes there are is the APIs'.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from finago_assets.apis.finago.connection import FINAGO_CONNECTION
from finago_assets.apis.finago.posting import REST_COMMENT_LIMIT, RestRoute
from finago_assets.apis.finago_soap.account_service import AccountService
from finago_assets.apis.finago_soap.connection import SOAP_CONNECTION
from finago_assets.apis.finago_soap.posting import SoapRoute
from finago_assets.apis.finago_soap.posting_lines import SoapLineRoute
from finago_assets.connect import open_client
from finago_assets.core.errors import RequestRefused, SettingMissing
from finago_assets.core.posting.content import MARKER_LENGTH
from finago_assets.core.posting.options import PostingOptions
from finago_assets.core.posting.outbox import Outbox
from finago_assets.core.posting.send import known_bundles
from finago_assets.core.progress import silent
from finago_assets.core.request.audit import Audit
from finago_assets.core.request.perform import AUDIT_FILE
from finago_assets.core.windows import oslo_today
from finago_assets.credentials import read_connection, read_soap_connection
from finago_assets.posting_names import RouteName

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from finago_assets.core.connections.model import RegisteredConnection
    from finago_assets.core.http.connection import Connection
    from finago_assets.core.posting.journal import Journal, SaveAs
    from finago_assets.core.posting.line_changes import LineRoute
    from finago_assets.core.posting.route import Route
    from finago_assets.settings import Settings


KINDS_OF_ROUTES: Final = {RouteName.SOAP: "soap", RouteName.REST: "finago"}
"""The kind of a registered connection that each takes."""
POSTING_KINDS: Final = (FINAGO_CONNECTION, SOAP_CONNECTION)


@contextmanager
def open_route(
    settings: Settings,
    name: RouteName,
    row: RegisteredConnection | None = None,
    tell: Callable[[str], None] = silent,
) -> Iterator[Route]:
    """Yield the route of the environment's connection, or of a registered one. Raises any error of the settings."""
    connection = _find_connection(settings, name, row)
    with open_client(settings, connection, tell=tell) as client:
        if name is RouteName.REST:
            folder = settings.requests_dir
            yield RestRoute(client, folder, Audit(folder / AUDIT_FILE, None if row is None else row.name))
        else:
            yield SoapRoute(AccountService(client), settings.posting_facts)


@contextmanager
def open_line_route(
    settings: Settings, row: RegisteredConnection | None = None, tell: Callable[[str], None] = silent
) -> Iterator[LineRoute]:
    """Yield what changes lines of the ledger: SOAP alone does."""
    with open_client(settings, _find_connection(settings, RouteName.SOAP, row), tell=tell) as client:
        yield SoapLineRoute(AccountService(client))


def _find_connection(settings: Settings, name: RouteName, row: RegisteredConnection | None) -> Connection:
    if row is not None and row.kind.name != KINDS_OF_ROUTES[name]:
        raise RequestRefused(
            f"The connection {row.name!r} is of the kind {row.kind.name}, and the route {name} takes one of the kind "
            f"{KINDS_OF_ROUTES[name]}. Nothing was sent."
        )
    if row is not None:
        return row.open(settings)
    if name is RouteName.REST:
        return read_connection(settings)
    found = read_soap_connection(settings)
    if found is None:
        raise SettingMissing(
            "FINAGO_SOAP_APPLICATION_ID, FINAGO_SOAP_USERNAME and FINAGO_SOAP_PASSWORD are empty. Posting over SOAP "
            "needs them; --route rest needs none of them, and has no drafts."
        )
    return found


def options_of(
    route: Route, settings: Settings, save_as: SaveAs, journal: Journal, ignore_warnings: tuple[str, ...] = ()
) -> PostingOptions:
    """Return what the check must know of a route, of how a journal is meant to be sent, and of what was sent before."""
    rest = route.name == RouteName.REST
    posted, sent_before = known_bundles(journal, Outbox(settings.posting_dir), route, save_as)
    usual = PostingOptions(oslo_today())
    return PostingOptions(
        today=usual.today,
        save_as=save_as,
        route=route.name,
        saves=route.saves,
        counts=route.counts,
        offers_links=not rest,
        one_document=rest,
        longest_comment=REST_COMMENT_LIMIT if rest else usual.longest_comment,
        marker_length=MARKER_LENGTH + 1,
        ignore_warnings=ignore_warnings,
        allowed_warnings=settings.posting_warnings,
        server_computes_vat=save_as in route.computes_vat,
        posted=posted,
        sent_before=sent_before,
    )
