"""The API as a starlette application: one route for every operation of the catalogue, and the token endpoint.

Owns authentication, scopes and turning results into responses. Routes are derived; none is written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import json
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from finago_assets.core.catalogue.finago import ENDPOINTS, LEFT_OUT
from finago_assets.core.catalogue.model import Paging
from finago_assets.sandbox.answers import Listing, One, Refused, array, error_body
from finago_assets.sandbox.control_routes import control_routes
from finago_assets.sandbox.endpoints import HANDLERS, Ask
from finago_assets.sandbox.links import Place
from finago_assets.sandbox.paging import continued, paged
from finago_assets.sandbox.query import Query

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.sandbox.control import Control
    from finago_assets.sandbox.endpoints import Handler
    from finago_assets.sandbox.state import Sandbox

    View = Callable[[Request], Awaitable[Response]]

BASE: Final = "/v1"
OAUTH_PATH: Final = "/oauth/token"
JSON: Final = "application/json"


def application(sandbox: Sandbox, control: Control) -> Starlette:
    """Return the application. Raises KeyError when the catalogue names an operation that nobody answers for."""
    routes = [Route(OAUTH_PATH, _token_view(sandbox), methods=["POST"]), *control_routes(control)]
    for endpoint in ENDPOINTS.values():
        routes += [Route(BASE + path, _view(sandbox, endpoint, HANDLERS[path])) for path in endpoint.operations]
    routes += [Route(BASE + path, _view(sandbox, None, HANDLERS[path])) for path in LEFT_OUT]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return app


def _token_view(sandbox: Sandbox) -> View:
    async def ask(request: Request) -> Response:
        body = await request.body()
        with sandbox.lock:
            status, answer = sandbox.tokens.ask(request.headers.get("content-type", ""), body, sandbox.scopes())
        return Response(json.encode(answer), status, media_type=JSON)

    return ask


def _view(sandbox: Sandbox, endpoint: Endpoint | None, handler: Handler) -> View:
    async def answer(request: Request) -> Response:
        try:
            with sandbox.lock:
                return _answer(sandbox, endpoint, handler, request)
        except Refused as refused:
            body, content_type = error_body(refused, request.state.trace_id, sandbox.served)
            return Response(body, refused.status, media_type=content_type)

    return answer


def _answer(sandbox: Sandbox, endpoint: Endpoint | None, handler: Handler, request: Request) -> Response:
    organization = sandbox.tokens.organization_of(request.headers.get("authorization"))
    if organization is None:
        raise Refused(401, "The access token is missing, invalid or expired.")
    if endpoint is not None and sandbox.forbids(endpoint):
        raise Refused(403, "The application lacks the scope, or the organization has not approved it.")
    query = Query(dict(request.query_params))
    if endpoint is not None and endpoint.paging is Paging.TOKEN:
        query = continued(query)
    ask = Ask(
        sandbox.tenants[organization], sandbox.options, query, request.path_params, _chain(sandbox, request, query)
    )
    match handler(ask):
        case One(body):
            return Response(body, media_type=JSON)
        case Listing() as listing if endpoint is not None:
            place = Place(f"{request.url.scheme}://{request.headers['host']}", request.url.path)
            page = paged(endpoint, listing, query, place, sandbox.options)
            response = Response(array(page.records), media_type=JSON)
            response.raw_headers.extend((name.encode(), value.encode()) for name, value in page.headers)
            return response
        case _:
            raise Refused(404, "The resource does not exist.")


def _chain(sandbox: Sandbox, request: Request, query: Query) -> int:
    paging = ("page", "continuationToken", "limit")
    key = request.url.path + "?" + "&".join(f"{k}={v}" for k, v in sorted(query.values.items()) if k not in paging)
    first = query.text("continuationToken") is None and query.text("page") in (None, "1")
    return sandbox.chain(key, first=first)
