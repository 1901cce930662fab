"""What the exits of the action carry: references and counts, since Dagster stores what an op hands over.

Owns the words for what came of a request, and the facts shown with it. Never a body, a query value or a secret.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, Final

import dagster as dg

from finago_assets.core.errors import FinagoError, NotLanded
from finago_assets.orchestration.request.types import found

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.perform import Exit
    from finago_assets.core.request.targets.written import Written


CONTINUE: Final = "continue_"
"""The third exit, which always fires; the plain word is no legal name for an output."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What went wrong: the error's name, its sentence with the next step, and what that means for another try."""

    kind: str
    message: str
    retry: bool = False
    verdict: str = FinagoError.verdict
    status: int | None = None
    trace_id: str | None = None

    @classmethod
    def of(cls, error: FinagoError) -> Problem:
        return cls(type(error).__name__, str(error), error.retry, error.verdict, error.status, error.trace_id)

    @classmethod
    def unforeseen(cls, error: Exception) -> Problem:
        """Name an error that is not of the tree, and where it was raised; its text could hold anything."""
        place = extract_tb(error.__traceback__)[-1]
        where = f"{Path(place.filename).name}, line {place.lineno}"
        return cls(type(error).__name__, f"raised in {where}; its text is left out, since it could repeat a value.")

    def after_a_write(self) -> Problem:
        """Say that the write was carried out, so that nobody sends it again because of what failed after it."""
        return replace(
            self,
            message=f"The write was carried out; what failed came after it. {self.message}",
            retry=False,
            verdict=FinagoError.verdict,
        )


@dataclass(frozen=True, slots=True)
class RequestResult:
    """What came of a request. `exit` is None where the action was disabled and nothing was sent.

    `asked` is the method and the path as a template, `type_` the name of the type that every record was held against,
    `columns` the names and types of the records as a table.
    """

    exit: Exit | None
    asked: str
    connection: str = ""
    organization_id: str = ""
    answer: Answer | None = None
    problem: Problem | None = None
    landed: Written | None = None
    type_: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    description: str = ""

    @property
    def status(self) -> int | None:
        """The HTTP status of the last answer; None where there was none."""
        return self.answer.status if self.answer is not None else self.problem.status if self.problem else None

    @property
    def trace_id(self) -> str | None:
        """What the vendor's support asks for."""
        return self.answer.trace_id if self.answer is not None else self.problem.trace_id if self.problem else None

    def open(self) -> Answer:
        """Return the answer, whose body is a file. Raises NotLanded where there was none or the file has gone."""
        if self.answer is None:
            raise NotLanded(f"{self.asked}: there was no answer. {self.sentence()}")
        if not self.answer.body.is_file():
            raise NotLanded(
                f"{self.asked}: the answer's file {self.answer.body} has gone; answers are kept for some weeks only. "
                "Send the request again, and land what should stay."
            )
        return self.answer

    def rows(self) -> Iterator[Any]:
        """Yield every record as the type that the response was declared as. Raises NotLanded, Malformed."""
        return self.open().rows(found(self.type_))

    def sentence(self) -> str:
        """What came of it, in one sentence for people."""
        if self.exit is None:
            return f"{self.asked}: disabled, nothing was sent."
        if self.problem is not None:
            return f"{self.problem.kind}: {self.problem.message}"
        told = f"{self.asked}: status {self.status}, {self._counted()}."
        return f"{told} {self.landed.rows:,} rows are in {self.landed.place}." if self.landed else told

    def facts(self) -> dict[str, Any]:
        """Return the metadata of an output: an allow-list. Values of records and of parameters have no way in."""
        known = {
            "what came of it": self.sentence(),
            "request": self.asked,
            "connection": self.connection,
            "organization": self.organization_id,
            "status": self.status,
            "trace_id": self.trace_id,
            "description": self.description,
            **self._answered(),
            **self._landed(),
            **self._table(),
            **self._problem(),
        }
        return {name: value for name, value in known.items() if value not in (None, "")}

    def _counted(self) -> str:
        answer = self.answer
        if answer is None or not answer.size:
            return "no body"
        return f"{answer.records:,} records" if answer.many else "one object"

    def _answered(self) -> dict[str, Any]:
        if self.answer is None:
            return {}
        return {
            "records": self.answer.records,
            "pages": self.answer.pages,
            "requests": self.answer.requests,
            "retries": self.answer.retries,
            "seconds": round(self.answer.seconds, 2),
            "seconds_waited": round(self.answer.waited_seconds, 2),
            "bytes": self.answer.size,
            "error_names": ", ".join(self.answer.errors),
            "answer": dg.MetadataValue.path(self.answer.body),
        }

    def _landed(self) -> dict[str, Any]:
        return {"landed_rows": self.landed.rows, "landed_in": self.landed.place} if self.landed else {}

    def _table(self) -> dict[str, Any]:
        columns = [dg.TableColumn(name, kind) for name, kind in self.columns]
        return {"dagster/column_schema": dg.TableSchema(columns)} if columns else {}

    def _problem(self) -> dict[str, Any]:
        if self.problem is None:
            return {}
        return {"error": self.problem.kind, "verdict": self.problem.verdict}
