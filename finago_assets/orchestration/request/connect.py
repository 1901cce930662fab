"""The dynamic connection as an op: from the registry, from three references, or from a row another op read.

Owns the step from such a row to a connection. What it hands over holds references and no credentials.
"""

from typing import Any

import dagster as dg

from finago_assets.apis import CONNECTION_KINDS
from finago_assets.core.connections.model import RegisteredConnection, made_from
from finago_assets.orchestration.failures import typed_failures
from finago_assets.orchestration.request.config import ConnectionConfig, FromRow
from finago_assets.orchestration.request.inputs import optional
from finago_assets.orchestration.request.meaning import find_registered


@dg.op(
    name="finago_connection",
    ins={
        "row": optional(
            dict, "ConnectionRow", "name, organization_id, client_id, client_secret and enabled, as in the registry."
        )
    },
    out=dg.Out(RegisteredConnection, description="For the input `connection` of rest_api_request."),
)
def finago_connection(
    context: dg.OpExecutionContext, config: ConnectionConfig, row: dict[str, Any] | None
) -> dg.Output[RegisteredConnection]:
    """Create a Finago Office connection while the flow runs."""
    with typed_failures(context):
        made = (
            made_from(row or {}, CONNECTION_KINDS)
            if isinstance(config.source, FromRow)
            else find_registered(config.source)
        )
    context.log.info("Connection %s, organization %s", made.name, made.organization_id)
    return dg.Output(made, metadata={"connection": made.name, "organization": made.organization_id})
