"""The action as an op: one request to Finago Office, three exits.

Owns the op's shape and the exits. What happens between them is `attempt.py`.
"""

from collections.abc import Iterator

import dagster as dg

from finago_assets.core.connections.model import RegisteredConnection
from finago_assets.core.request.result import RequestResult
from finago_assets.orchestration.request.attempt import Attempt
from finago_assets.orchestration.request.config import RequestConfig
from finago_assets.orchestration.request.exits import CONTINUE, facts_of
from finago_assets.orchestration.request.inputs import RequestValues, optional
from finago_assets.orchestration.request.meaning import name_request
from finago_assets.orchestration.resources import FinagoResource


def _exit(description: str) -> dg.Out:
    return dg.Out(RequestResult, is_required=False, description=description)


@dg.op(
    name="rest_api_request",
    ins={
        "connection": optional(
            RegisteredConnection,
            "DynamicConnection",
            "A dynamic connection from another op; it counts instead of the one in the config.",
        ),
        "values": optional(
            RequestValues,
            "ValuesOfTheFlow",
            "Variables, query parameters or a body's file from another op, over those in the config.",
        ),
    },
    out={
        "success": _exit("Fires when the API answered with success and the answer was made into what was asked for."),
        "error": _exit("Fires when the API answered with an error, or when anything else went wrong."),
        CONTINUE: _exit("Fires whatever happened, and alone when the action is disabled."),
    },
)
def rest_api_request(
    context: dg.OpExecutionContext,
    config: RequestConfig,
    finago: FinagoResource,
    connection: RegisteredConnection | None,
    values: RequestValues | None,
) -> Iterator[dg.Output[RequestResult]]:
    """Call any endpoint of the Finago Office REST API; tokens, throttling and retries are taken care of."""
    result = RequestResult(None, asked=name_request(config.request), description=config.description)
    if not config.disabled:
        result = Attempt(context, config, finago, connection, values).result(result)
    context.log.log("WARNING" if result.problem or result.is_part else "INFO", result.sentence())
    for name in (CONTINUE,) if result.exit is None else (result.exit.value, CONTINUE):
        yield dg.Output(result, name, metadata=facts_of(result))
