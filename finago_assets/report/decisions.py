"""What people decided about exceptions: who, when, which verdict, why, and upon which figures.

Owns the file of decisions, which is only ever added to, and whether a decision still holds: it does while the figures
that it was made upon are the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.core.errors import CorruptFile, RequestRefused
from finago_assets.core.request.targets.written import typed_file_errors
from finago_assets.core.request.whole import appearing
from finago_assets.report.exceptions import ExceptionItem, ExceptionVerdict

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from finago_assets.report.place import BinderPlace

_NOT_DECIDED: Final = "Nothing was decided."


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """One decision. `basis`: the figures it was made upon; `was`: the verdict that it goes before; `at` is UTC."""

    exception: str
    verdict: ExceptionVerdict
    by: str
    note: str
    at: str
    basis: str
    was: ExceptionVerdict


class DecisionsFile(msgspec.Struct, frozen=True):
    """Every decision about a month, oldest first."""

    decisions: list[Decision] = []


class ListedException(msgspec.Struct, frozen=True, kw_only=True):
    """An exception as the last binder has it, with the verdict that counts and who decided it."""

    id: str
    verdict: ExceptionVerdict
    found: ExceptionVerdict
    what: str
    why: str
    to_do: str
    basis: str
    decided_by: str | None = None
    decided_at: str | None = None
    note: str | None = None


class ExceptionsFile(msgspec.Struct, frozen=True, kw_only=True):
    """What a binder says: whose, of which month, when it was made and of which build, and its exceptions."""

    organization: str
    period: str
    made_at: str
    built_at: str
    exceptions: list[ListedException]


@dataclass(frozen=True, slots=True)
class JudgedException:
    """An exception with the decision that holds, or the last one that no longer does."""

    item: ExceptionItem
    decision: Decision | None = None
    lapsed: Decision | None = None

    @property
    def verdict(self) -> ExceptionVerdict:
        """The verdict that counts: a person's, where it holds."""
        return self.item.verdict if self.decision is None else self.decision.verdict

    def listed(self) -> ListedException:
        """Return it as the file of exceptions has it."""
        item, decided = self.item, self.decision
        return ListedException(
            id=item.id,
            verdict=self.verdict,
            found=item.verdict,
            what=item.what,
            why=item.why,
            to_do=item.to_do,
            basis=item.basis,
            decided_by=decided.by if decided else None,
            decided_at=decided.at if decided else None,
            note=decided.note if decided else None,
        )


def read_decisions(path: Path) -> list[Decision]:
    """Return every decision, oldest first. Raises CorruptFile for a file that is none of ours."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=DecisionsFile).decisions
    except FileNotFoundError:
        return []
    except (OSError, msgspec.DecodeError) as error:
        raise CorruptFile(
            f"{path} cannot be read ({type(error).__name__}). It says who decided what: take it from your backup, or "
            "move it away to begin anew. The binder stays as it is."
        ) from None


def judge_exceptions(items: Sequence[ExceptionItem], decisions: Sequence[Decision]) -> list[JudgedException]:
    """Return the exceptions with what was decided last about each, as far as it holds; what counts as blocked first."""
    last: Mapping[str, Decision] = {one.exception: one for one in decisions}
    judged = [_judge(item, last.get(item.id)) for item in items]
    order = list(ExceptionVerdict)[::-1]
    return sorted(judged, key=lambda one: order.index(one.verdict))


def _judge(item: ExceptionItem, decision: Decision | None) -> JudgedException:
    if decision is None:
        return JudgedException(item)
    if decision.basis == item.basis:
        return JudgedException(item, decision)
    return JudgedException(item, lapsed=decision)


def count_verdicts(judged: Sequence[JudgedException]) -> dict[ExceptionVerdict, int]:
    """Return how many exceptions have which verdict, every verdict named, the worst first."""
    return {verdict: sum(one.verdict is verdict for one in judged) for verdict in list(ExceptionVerdict)[::-1]}


def add_decision(  # noqa: PLR0913  what a decision is made of
    place: BinderPlace, exception: str, verdict: ExceptionVerdict, *, by: str, note: str, at: str
) -> Decision:
    """Keep a decision upon what the last binder says; hold the place. `at` is a moment in UTC.

    Raises RequestRefused where there is no binder, no such exception, or nobody who decides and no reason why.
    """
    listed = _find_listed(place, exception)
    if not by.strip() or not note.strip():
        raise RequestRefused(f"A decision names who made it (--by) and why (--note). {_NOT_DECIDED}")
    decision = Decision(
        exception=listed.id,
        verdict=verdict,
        by=by.strip(),
        note=note.strip(),
        at=at,
        basis=listed.basis,
        was=listed.found,
    )
    kept = DecisionsFile([*read_decisions(place.decisions), decision])
    with typed_file_errors(f"{place.decisions}"), appearing(place.decisions) as file:
        file.write(msgspec.json.format(msgspec.json.encode(kept)))
    return decision


def _find_listed(place: BinderPlace, exception: str) -> ListedException:
    try:
        binder = msgspec.json.decode(place.exceptions.read_bytes(), type=ExceptionsFile)
    except FileNotFoundError:
        raise RequestRefused(
            f"There is no binder of {place.month} in {place.folder}. Make it first: `finago-assets report --period "
            f"{place.month}`. {_NOT_DECIDED}"
        ) from None
    except (OSError, msgspec.DecodeError):
        raise CorruptFile(
            f"{place.exceptions} cannot be read. Make the binder again: `finago-assets report --period {place.month}`. "
            f"{_NOT_DECIDED}"
        ) from None
    found = next((one for one in binder.exceptions if one.id == exception), None)
    if found is None:
        open_ones = [one.id for one in binder.exceptions if one.found is not ExceptionVerdict.PASS]
        raise RequestRefused(
            f"The binder of {place.month} has no exception {exception!r:.80}. It has "
            f"{', '.join(open_ones[:20]) or 'none to decide'}. {_NOT_DECIDED}"
        )
    return found


def list_exceptions(path: Path, listed: ExceptionsFile) -> None:
    """Write the file of exceptions. Raises NoSpace and NotWritable."""
    with typed_file_errors(f"{path}"), appearing(path) as file:
        file.write(msgspec.json.format(msgspec.json.encode(listed)))
