"""The ready job around the action: the error exit fails the run, continue_ says what came of it.

Owns the wiring and what the launchpad opens with. A flow of one's own wires the same ops otherwise.
"""

from typing import Final

import dagster as dg

from finago_assets.core.request.result import RequestResult
from finago_assets.orchestration.failures import FinalFailure
from finago_assets.orchestration.request.action import rest_api_request
from finago_assets.orchestration.request.config import FromTemplate, RequestConfig, Template
from finago_assets.orchestration.request.exits import facts_of

JOB_NAME: Final = "finago_request"
# a run that died may have written already: Dagster is not to start it again by itself
NEVER_AGAIN: Final = {"dagster/max_retries": "0"}
# what the launchpad shows before anything is typed: a read that every organization can answer
OPENS_WITH: Final = dg.RunConfig(
    ops={rest_api_request.name: RequestConfig(request=FromTemplate(name=Template("accounts.list")))}
)


@dg.op
def fail_the_run(outcome: RequestResult) -> None:
    """End the run as failed, with status, trace id and advice."""
    again = {"to try again": "Re-execute all steps; from the failed one on, nothing would be sent."}
    raise FinalFailure(outcome.sentence(), {**facts_of(outcome), **again})


@dg.op
def say_what_came_of_it(context: dg.OpExecutionContext, outcome: RequestResult) -> None:
    """Log one sentence, whatever happened."""
    context.log.info(outcome.sentence())


@dg.job(
    name=JOB_NAME,
    description="Send one request to Finago Office, from a template or by hand. An error fails the run.",
    tags=NEVER_AGAIN,
    config=OPENS_WITH,
)
def finago_request() -> None:
    """Wire the exits."""
    exits = rest_api_request()
    fail_the_run(exits.error)
    say_what_came_of_it(exits.continue_)
