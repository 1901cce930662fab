"""What came of one request: the answer or the error, the same shape for the command, the op, the YAML and a script.

Owns the words for it. It may be stored and handed to another process: references and counts, and never a body, a query
value or a secret.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from finago_assets.core.errors import NotLanded
from finago_assets.core.request.response_type import import_type

if TYPE_CHECKING:
    from collections.abc import Iterator

    from finago_assets.core.errors import FinagoError
    from finago_assets.core.request.answer import Answer
    from finago_assets.core.request.targets.written import Written


class Exit(StrEnum):
    """Where a flow goes on."""

    SUCCESS = "success"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class RequestResult:
    """What came of a request. `exit` is None where the action was disabled and nothing was sent.

    `asked` is the method and the path as a template. At the error exit `problem` says what went wrong, and `answer` is
    there when the server answered, its body on disk. `type_` is the name of the type that every record was held
    against, `columns` the names and types of the records as a table.
    """

    exit: Exit | None
    asked: str
    connection: str = ""
    organization_id: str = ""
    answer: Answer | None = None
    problem: FinagoError | None = None
    landed: Written | None = None
    type_: str = ""
    columns: tuple[tuple[str, str], ...] = ()
    description: str = ""

    @property
    def is_part(self) -> bool:
        """Whether one page came of a list that has more."""
        return self.answer is not None and self.problem is None and self.answer.is_part

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
        return self.open().rows(import_type(self.type_))

    def sentence(self) -> str:
        """What came of it, in one sentence for people."""
        if self.exit is None:
            return f"{self.asked}: disabled, nothing was sent."
        if self.problem is not None:
            return f"{self.problem.kind}: {self.problem.message}"
        told = f"{self.asked}: status {self.status}, {self._count()}."
        return f"{told} {self.landed.rows:,} rows are in {self.landed.place}." if self.landed else told

    def _count(self) -> str:
        answer = self.answer
        if answer is None or not answer.size:
            return "no body"
        told = f"{answer.records:,} records" if answer.many else "one object"
        return f"{told}, one page of a list that goes on" if answer.is_part else told
