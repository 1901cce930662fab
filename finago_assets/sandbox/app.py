"""The API as a starlette application: one route for every operation of the description, and the token endpoint.

Owns authentication, scopes and turning results into responses. Routes are derived; none is written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from msgspec import json
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

from finago_assets.sandbox.answers import Done, Listing, One, Refused, error_body, join_array
from finago_assets.sandbox.control_routes import control_routes
from finago_assets.sandbox.description.made import answering
from finago_assets.sandbox.endpoints import Ask, handler_of
from finago_assets.sandbox.endpoints.writing import WRITERS
from finago_assets.sandbox.file_routes import file_routes
from finago_assets.sandbox.links import RequestAddress
from finago_assets.sandbox.paging import continued, paged
from finago_assets.sandbox.query import Query
from finago_assets.sandbox.sent import SentBody, received
from finago_assets.sandbox.soap.routes import soap_routes
from finago_assets.sandbox.state import is_personal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from finago_assets.sandbox.answers import Result
    from finago_assets.sandbox.control import Control
    from finago_assets.sandbox.description.facts import DescribedOperation
    from finago_assets.sandbox.endpoints.ask import Answering
    from finago_assets.sandbox.state import Sandbox

    View = Callable[[Request], Awaitable[Response]]

BASE: Final = "/v1"
OAUTH_PATH: Final = "/oauth/token"
JSON_TYPE: Final = "application/json"


def application(sandbox: Sandbox, control: Control) -> Starlette:
    """Return the application. What no endpoint answers by hand is answered from the description."""
    routes = [Route(OAUTH_PATH, _token_view(sandbox), methods=["POST"]), *control_routes(control)]
    routes += [*file_routes(sandbox), *soap_routes(sandbox)]
    routes += [_route(sandbox, operation) for operation in sandbox.description.operations.values()]
    app = Starlette(routes=routes)
    app.router.redirect_slashes = False
    return app


def _token_view(sandbox: Sandbox) -> View:
    async def ask(request: Request) -> Response:
        body = await request.body()
        with sandbox.lock:
            status, answer = sandbox.tokens.ask(request.headers.get("content-type", ""), body, sandbox.scopes())
        return Response(json.encode(answer), status, media_type=JSON_TYPE)

    return ask


def _route(sandbox: Sandbox, operation: DescribedOperation) -> Route:
    by_hand: Answering | None = handler_of(operation.path)
    if operation.writes:
        by_hand = WRITERS.get(f"{operation.method} {operation.path}")
    handler = by_hand or answering(sandbox.description, operation)
    return Route(BASE + operation.path, _make_view(sandbox, operation, handler), methods=[operation.method])


def _make_view(sandbox: Sandbox, operation: DescribedOperation, handler: Answering) -> View:
    async def answer(request: Request) -> Response:
        raw = await request.body()
        try:
            with sandbox.lock:
                ask = _admit(sandbox, operation, request, raw)
                return _response(operation, ask, request.url.path, handler(ask))
        except Refused as refused:
            body, content_type = error_body(refused, request.state.trace_id, sandbox.served)
            return Response(body, refused.status, media_type=content_type)

    return answer


def _admit(sandbox: Sandbox, operation: DescribedOperation, request: Request, raw: bytes) -> Ask:
    organization = sandbox.tokens.organization_of(request.headers.get("authorization"))
    if organization is None:
        raise Refused(401, "The access token is missing, invalid or expired.")
    if sandbox.forbids(operation):
        raise Refused(403, "The application lacks the scope, or the organization has not approved it.")
    if is_personal(operation):
        raise Refused(403, "The token carries no identityId.")
    query = Query(dict(request.query_params))
    if "continuationToken" in operation.query:
        query = continued(query)
    if problems := operation.of_query(query.values):
        raise Refused(400, "Query parameters are missing or invalid.", tuple(problems))
    writes = operation.writes
    return Ask(
        sandbox.tenants[organization],
        sandbox.options,
        query,
        request.path_params,
        0 if writes else _chain(sandbox, request, query),
        received(operation, raw, request.headers) if writes else SentBody(),
        f"{request.url.scheme}://{request.headers['host']}",
    )


def _response(operation: DescribedOperation, ask: Ask, path: str, result: Result | Done) -> Response:
    match result:
        case One(body):
            return Response(body, media_type=JSON_TYPE)
        case Done(status, body):
            return Response(body, status, media_type=JSON_TYPE if body else None)
        case Listing() as listing:
            page = paged(operation, listing, ask.query, RequestAddress(ask.origin, path), ask.options)
            response = Response(join_array(page.records), media_type=JSON_TYPE)
            response.raw_headers.extend((name.encode(), value.encode()) for name, value in page.headers)
            return response


def _chain(sandbox: Sandbox, request: Request, query: Query) -> int:
    paging = ("page", "continuationToken", "limit")
    key = request.url.path + "?" + "&".join(f"{k}={v}" for k, v in sorted(query.values.items()) if k not in paging)
    first = query.text("continuationToken") is None and query.text("page") in (None, "1")
    return sandbox.chain(key, first=first)
