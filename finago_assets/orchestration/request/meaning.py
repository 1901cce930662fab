"""What the launchpad's words come to at run time: a request, a connection, a target.

Owns the step from configuration to the core's own objects. Refuses what cannot be meant before anything is sent.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, assert_never

from finago_assets.apis import APIS, CONNECTION_KINDS
from finago_assets.core.connections.model import RegisteredConnection, made_from
from finago_assets.core.connections.place import is_address
from finago_assets.core.connections.references import follow_all
from finago_assets.core.connections.registry import open_registry
from finago_assets.core.errors import RequestRefused
from finago_assets.core.request.request import Request, by_hand, from_template
from finago_assets.core.request.targets.target import parse_target, sql_target
from finago_assets.core.request.targets.written import Target
from finago_assets.orchestration.request.config import (
    FromTemplate,
    IntoDuckdb,
    IntoFile,
    IntoRaw,
    IntoSql,
    Nowhere,
    OnTheSpot,
    Parts,
    Registered,
)
from finago_assets.orchestration.request.inputs import RequestValues

if TYPE_CHECKING:
    from collections.abc import Callable

    from finago_assets.core.catalogue.api import Api
    from finago_assets.core.catalogue.operation import Operation
    from finago_assets.orchestration.request.config import ByHand
    from finago_assets.orchestration.resources import Reference

ON_THE_SPOT: Final = "given in the config"
NOTHING_ADDED: Final = RequestValues()


def name_request(config: FromTemplate | ByHand) -> str:
    """Name the request without its values: the method, and the path as a template."""
    api = find_api(config)
    if isinstance(config, FromTemplate):
        operation: Operation | None = api.operations[config.name.value]
    else:
        operation = api.find(config.method, config.path)
    return f"{operation.method} {operation.path}" if operation is not None else "A request by hand"


def find_api(config: FromTemplate | ByHand) -> Api:
    """Return the API that is asked: the one that has the template, or the one that is named."""
    if isinstance(config, FromTemplate):
        return next(api for api in APIS.values() if config.name.value in api.operations)
    return APIS[config.api]


def request_of(config: FromTemplate | ByHand, values: RequestValues | None, base: str = "") -> Request:
    """Return the request that is meant; `base` is the API's address. Raises RequestRefused."""
    added = values or NOTHING_ADDED
    common: dict[str, Any] = {
        "variables": {**config.variables, **added.variables},
        "query": {**config.query, **added.query},
        "body": _choose_body(config, added),
        "all_pages": config.all_pages,
    }
    if isinstance(config, FromTemplate):
        return from_template(find_api(config), config.name.value, **common)
    return by_hand(find_api(config), config.method, config.path, base=base, **common)


def find_registered(config: Registered | OnTheSpot) -> RegisteredConnection:
    """Return the dynamic connection that is meant; only references are read. Raises any error of the registry."""
    if isinstance(config, OnTheSpot):
        return made_from(
            {
                "name": ON_THE_SPOT,
                "organization_id": config.organization_id,
                "client_id": config.client_id.notation(),
                "client_secret": config.client_secret.notation(),
            },
            CONNECTION_KINDS,
        )
    return open_registry(config.registry.yaml or f"env:{config.registry.env}", CONNECTION_KINDS).named(config.name)


def target_of(
    config: Nowhere | IntoRaw | IntoFile | IntoDuckdb | IntoSql, *, raw: Callable[[], Target]
) -> Target | None:
    """Return where the records go; `raw` makes the raw store's. Raises RequestRefused for what is no target."""
    match config:
        case Nowhere():
            return None
        case IntoRaw():
            return raw()
        case IntoFile():
            return parse_target(_plain_path(config.path))
        case IntoDuckdb():
            return parse_target(f"duckdb:{config.file}#{config.table}")
        case IntoSql():
            return sql_target(f"{_follow_reference('database URL', config.url)}#{config.table}")
        case _:
            assert_never(config)


def _choose_body(config: Parts, added: RequestValues) -> bytes | None:
    file = added.body_file or (Path(config.body_file) if config.body_file else None)
    if file is None:
        return config.body.encode() if config.body else None
    if config.body:
        raise RequestRefused("A body was given twice, as text and as a file. Give one of them.")
    try:
        return file.read_bytes()
    except OSError as error:
        raise RequestRefused(f"The body's file {file} cannot be read ({type(error).__name__}).") from None


def _plain_path(path: str) -> str:
    """Let nothing but a path through: an address in its place holds a password, and would work."""
    if is_address(path) or path.startswith("duckdb:"):
        raise RequestRefused("The path of a file is to be a plain path; a database goes into `duckdb` or `sql`.")
    return path


def _follow_reference(what: str, reference: Reference) -> str:
    notation = reference.notation()
    return follow_all(os.environ, {what: notation}, advice=f"The {what} is taken from there.")[what]
