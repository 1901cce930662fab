"""The REST request action for flows of one's own: ops, their configuration, and what their exits carry."""

from finago_assets.core.request.result import RequestResult
from finago_assets.orchestration.request.action import rest_api_request
from finago_assets.orchestration.request.config import (
    ByHand,
    ConnectionConfig,
    FromRow,
    FromTemplate,
    IntoDuckdb,
    IntoFile,
    IntoRaw,
    IntoSql,
    Nowhere,
    OnTheSpot,
    Raw,
    Records,
    Registered,
    RegistryPlace,
    RequestConfig,
    Static,
    Template,
    Typed,
)
from finago_assets.orchestration.request.connect import finago_connection
from finago_assets.orchestration.request.inputs import RequestValues
from finago_assets.orchestration.request.job import finago_request

__all__ = [
    "ByHand",
    "ConnectionConfig",
    "FromRow",
    "FromTemplate",
    "IntoDuckdb",
    "IntoFile",
    "IntoRaw",
    "IntoSql",
    "Nowhere",
    "OnTheSpot",
    "Raw",
    "Records",
    "Registered",
    "RegistryPlace",
    "RequestConfig",
    "RequestResult",
    "RequestValues",
    "Static",
    "Template",
    "Typed",
    "finago_connection",
    "finago_request",
    "rest_api_request",
]
