"""Bodies held against the facts of the description: which schema an answer should have, and where it strays from it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from jsonschema import Draft202012Validator, FormatChecker

from tests.reference import answer, facts, operation

if TYPE_CHECKING:
    from collections.abc import Iterator


@cache
def _validator(method: str, path: str, status: int) -> Draft202012Validator:
    schema = {**answer(method, path, status), "schemas": facts()["schemas"]}
    return Draft202012Validator(schema, format_checker=FormatChecker(["date", "date-time", "uuid"]))


def problems(method: str, path: str, status: int, body: Any) -> Iterator[str]:
    """Yield "place: message" for everything in a body that the description does not have."""
    for error in _validator(method, path, status).iter_errors(body):
        for leaf in _leaves(error):
            place = "/".join(str(step) for step in leaf.absolute_path if not isinstance(step, int))
            yield f"{place}: {leaf.message}"


def statuses(method: str, path: str) -> dict[int, bool]:
    """Return the statuses that the description lists, and whether each has a body of JSON."""
    return {int(status): "schema" in one for status, one in operation(method, path)["answers"].items()}


def _leaves(error: Any) -> Iterator[Any]:
    if not error.context:
        yield error
    for inner in error.context:
        yield from _leaves(inner)
