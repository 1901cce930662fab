"""One request from configuration to result: planned, sent, made into what was asked for, landed.

Owns the order of things and the boundary: whatever goes wrong becomes a problem in words without secrets, and never an
exception, since an exception would fire no exit at all.
"""

import os
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from traceback import extract_tb
from typing import Any, Final, TypeVar

import dagster as dg

from finago_assets.core.connections.model import RegisteredConnection
from finago_assets.core.errors import FinagoError, RequestRefused
from finago_assets.core.http.connection import Connection
from finago_assets.core.progress import throttled
from finago_assets.core.request.answer import Answer
from finago_assets.core.request.audit import Audit
from finago_assets.core.request.perform import AUDIT_FILE, perform, strip_frames
from finago_assets.core.request.request import Request
from finago_assets.core.request.response_type import import_type
from finago_assets.core.request.result import Exit, RequestResult
from finago_assets.core.request.targets.raw import RawPartition
from finago_assets.core.request.targets.target import refuse_own
from finago_assets.core.request.targets.written import Target, Written
from finago_assets.orchestration.raw import raw_key
from finago_assets.orchestration.request.config import Records, RequestConfig, Static, Typed
from finago_assets.orchestration.request.inputs import RequestValues
from finago_assets.orchestration.request.kept import sweep
from finago_assets.orchestration.request.meaning import find_api, find_registered, request_of, target_of
from finago_assets.orchestration.resources import ApiResource, FinagoResource, HaloResource

T = TypeVar("T")
# set by Dagster where it starts a dead run again by itself; a person who does that does not set it
AUTOMATIC_RETRY: Final = "dagster/retry_number"
STATIC: Final = "environment"


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that can be known, and refused, before something is sent."""

    request: Request
    name: str
    connection: Connection
    target: Target | None
    type_: type[Any] | None
    folder: Path


@dataclass(frozen=True, slots=True)
class Attempt:
    """What one step of the op was given. Nothing is kept between steps."""

    context: dg.OpExecutionContext
    config: RequestConfig
    finago: FinagoResource
    connection: RegisteredConnection | None
    values: RequestValues | None

    def result(self, known: RequestResult) -> RequestResult:
        """Do it all; return what is known at the end, `exit` being success or error."""
        known = replace(known, exit=Exit.ERROR)
        plan = problem_or(self._plan)
        if isinstance(plan, FinagoError):
            return replace(known, problem=plan)
        organization = plan.connection.organization_id
        known = replace(known, asked=plan.request.what, connection=plan.name, organization_id=organization)
        sent = problem_or(lambda: self._send(plan))
        if isinstance(sent, FinagoError):
            return replace(known, problem=sent)
        known = replace(known, answer=sent.answer, problem=sent.problem)
        if sent.problem is not None:
            return known
        landed = problem_or(lambda: self._land(plan, known))
        if isinstance(landed, FinagoError):
            return replace(known, problem=_say_it_was_written(landed) if plan.request.writes else landed)
        return landed

    def _plan(self) -> _Plan:
        resource = self._find_resource()
        settings = self.finago.settings()
        base = settings.api_url if resource is self.finago else settings.halo_url
        request = request_of(self.config.request, self.values, base)
        if request.writes:
            self._refuse_a_blind_repetition()
        type_ = import_type(self.config.response.name) if isinstance(self.config.response, Typed) else None
        name, connection = self._connection(resource)
        target = target_of(self.config.into, raw=lambda: self._raw(resource, request, connection))
        refuse_own(target, settings.owned)
        sweep(settings)
        return _Plan(request, name, connection, target, type_, settings.requests_dir / self.context.run_id)

    def _find_resource(self) -> ApiResource:
        """Return what reaches the API that is asked; that of another API than Finago's is the one of the variables."""
        api = find_api(self.config.request)
        return next((one for one in (self.finago, HaloResource()) if one.api is api), self.finago)

    def _connection(self, resource: ApiResource) -> tuple[str, Connection]:
        choice = self.config.connection
        if self.connection is not None:
            dynamic = self.connection
        elif isinstance(choice, Static):
            return STATIC, resource.connected()
        else:
            dynamic = find_registered(choice)
        return dynamic.name, dynamic.open(self.finago.settings(), os.environ)

    def _raw(self, resource: ApiResource, request: Request, connection: Connection) -> RawPartition:
        return RawPartition(resource.store(), connection.organization_id, request, self.context.run_id)

    def _refuse_a_blind_repetition(self) -> None:
        if self.context.retry_number or AUTOMATIC_RETRY in self.context.run.tags:
            raise RequestRefused(
                "Dagster started this again by itself, and what it would write may have been written the first time. "
                "Look in Finago Office and in the record of writes, then start it again yourself if it is missing."
            )

    def _send(self, plan: _Plan) -> RequestResult:
        settings = self.finago.settings()
        with self.finago.client(settings, plan.connection, self.context.log.info) as client:
            return perform(
                plan.request,
                client,
                plan.folder,
                allow_writes=self.config.allow_writes,
                audit=Audit(settings.requests_dir / AUDIT_FILE, plan.name),
                say=throttled(self.context.log.info),
            )

    def _land(self, plan: _Plan, known: RequestResult) -> RequestResult:
        """Make of the answer what was asked for, and land it. Raises what is wrong with it or with the target."""
        answer = known.open()
        match self.config.response:
            case Typed(name=name) if plan.type_ is not None:
                deque(answer.rows(plan.type_), maxlen=0)
                known = replace(known, type_=name)
            case Records():
                known = replace(known, columns=_columns(answer))
        landed = plan.target.write(answer) if plan.target is not None else None
        if landed is not None and isinstance(plan.target, RawPartition):
            self._tell_the_asset(plan.target, landed)
        return replace(known, exit=Exit.SUCCESS, landed=landed)

    def _tell_the_asset(self, target: RawPartition, landed: Written) -> None:
        """Log what landed as the asset's own run does: it is the same partition."""
        facts: dict[str, Any] = {
            "dagster/row_count": landed.rows,
            "dagster/uri": landed.place,
            "landed_by": "a request",
        }
        self.context.log_event(
            dg.AssetMaterialization(raw_key(target.endpoint.source.name, target.endpoint.name), metadata=facts)
        )


def _columns(answer: Answer) -> tuple[tuple[str, str], ...]:
    # the reader knows its types before it has read a row
    return tuple((field.name, str(field.type)) for field in answer.batches().schema)


class Unforeseen(FinagoError):
    """An error that is not of the tree, by its name and where it was raised; its text could hold anything."""

    def __init__(self, message: str, *, name: str = "") -> None:
        super().__init__(message)
        self.name = name

    @property
    def kind(self) -> str:
        return self.name


def problem_or(work: Callable[[], T]) -> T | FinagoError:
    """Do the work, or return what went wrong with it."""
    try:
        return work()
    except FinagoError as error:
        return strip_frames(error)
    except Exception as error:  # noqa: BLE001  the error exit takes every exception there is
        place = extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        name = type(error).__name__
    return Unforeseen(f"raised in {where}; its text is left out, since it could repeat a value.", name=name)


def _say_it_was_written(error: FinagoError) -> FinagoError:
    """Say that the write was carried out, so that nobody sends it again because of what failed after it."""
    error.args = (f"The write was carried out; what failed came after it. {error}",)
    error.retry, error.verdict = False, FinagoError.verdict
    return error
