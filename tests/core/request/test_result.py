"""What came of a request may be stored and handed to another process."""

from __future__ import annotations

import pickle
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from finago_assets.core.errors import FinagoError, Forbidden, RateLimited
from finago_assets.core.request.result import Exit, RequestResult
from finago_assets.orchestration.request.attempt import Unforeseen

if TYPE_CHECKING:
    from collections.abc import Iterator


def tree(kind: type[FinagoError]) -> Iterator[type[FinagoError]]:
    yield kind
    for inner in kind.__subclasses__():
        yield from tree(inner)


def stored(problem: FinagoError) -> FinagoError:
    result = RequestResult(Exit.ERROR, "GET /accounts", problem=problem)
    after: RequestResult = pickle.loads(pickle.dumps(result))  # noqa: S301  our own
    assert after.sentence() == result.sentence()
    assert after.problem is not None
    return after.problem


@pytest.mark.parametrize("kind", sorted(tree(FinagoError), key=repr))
def test_every_error_keeps_its_words_and_its_advice_in_another_process(kind: type[FinagoError]) -> None:
    problem = kind("GET /accounts: what went wrong. What to do.")
    problem.status, problem.trace_id = 500, "t-1"
    after = stored(problem)
    assert type(after) is kind
    assert (after.kind, after.message) == (problem.kind, "GET /accounts: what went wrong. What to do.")
    assert (after.retry, after.verdict, after.status, after.trace_id) == (kind.retry, kind.verdict, 500, "t-1")


def test_an_error_keeps_what_is_its_own_in_another_process() -> None:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    limited, forbidden = stored(RateLimited("later", retry_at=at)), stored(Forbidden("no", scopes=("api.crm:read",)))
    assert isinstance(limited, RateLimited)
    assert isinstance(forbidden, Forbidden)
    assert (limited.retry_at, forbidden.scopes) == (at, ("api.crm:read",))
    assert stored(Unforeseen("raised in x.py, line 1", name="KeyError")).kind == "KeyError"
