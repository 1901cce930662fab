"""What one API answers to the smallest requests: whether it is there at all, and what may be read of it.

Owns the questions to an API and what their answers mean. Settings, folders and runs are `doctor.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

import msgspec

from finago_assets.apis.finago.fiscal import books_begin
from finago_assets.core.calls import smallest_call
from finago_assets.core.errors import (
    AuthRefused,
    BadRequest,
    Blocked,
    FinagoError,
    Forbidden,
    ForeignOrigin,
    Malformed,
    NotFound,
    TooLarge,
    Transient,
)
from finago_assets.core.http.call import Tally
from finago_assets.core.records import RecordReader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from finago_assets.core.catalogue.api import Api
    from finago_assets.core.catalogue.model import Endpoint
    from finago_assets.core.http.client import ApiClient

# what something else than the API answers with; a refusal of the token or a firewall's has a sentence of its own
_NOT_THE_API: Final = (NotFound, Malformed, TooLarge, BadRequest, ForeignOrigin)
_REFUSES_ALL: Final = (AuthRefused, Blocked)
NOTHING: Final = "answers, with nothing to show"


class Condition(StrEnum):
    """How bad a finding is."""

    WORKS = "works"
    WITHHELD = "withheld"
    UNKNOWN = "cannot tell"
    FAILS = "fails"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the table: what was looked at, the verdict, and what it means or what to do."""

    subject: str
    verdict: Condition
    detail: str


class _Organization(msgspec.Struct):
    name: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionsToAnApi:
    """An API as it is asked about. `address` and `setting` are where it is, `certain` lists that it always has.

    `filled`: what is certain never comes empty. `granted_by` says who lets an application read.
    """

    api: Api
    client: ApiClient
    address: str
    setting: str
    certain: tuple[str, ...]
    filled: bool
    granted_by: str
    first: date
    today: date
    _keys: dict[str, str | None] = field(default_factory=dict)

    def ask_all(self) -> Iterator[Finding]:
        """Yield what each list answers; where nothing of the API answers, that alone."""
        wrong = self._why_nothing_answers()
        if wrong is not None:
            yield Finding("API", Condition.FAILS, wrong)
            return
        verdicts = set[Condition]()
        for endpoint in self.api.endpoints.values():
            found = self._ask(endpoint)
            if endpoint.parent is None:
                verdicts.add(found.verdict)
            yield found
        if verdicts == {Condition.WITHHELD}:
            yield Finding("API", Condition.FAILS, f"not one list may be read, so nothing will land. {self.granted_by}")

    @property
    def shows_nothing(self) -> bool:
        """Whether lists answered and not one of them had a record."""
        return bool(self._keys) and not any(self._keys.values())

    def _why_nothing_answers(self) -> str | None:
        """Say why nothing at all can be asked; None where the API answers. What one list lacks is said in its line."""
        refused = empty = ""
        for name in self.certain:
            endpoint = self.api.endpoints[name]
            try:
                # an object without fields is one record too
                if any(map(msgspec.json.decode, self._first_page(endpoint))) or not self.filled:
                    return None
                empty = name
            except (Transient, *_REFUSES_ALL) as error:
                if isinstance(error, Transient):
                    return str(error)
                refused = str(error)
            except _NOT_THE_API:
                continue
            except FinagoError:
                return None
        return refused or self._not_the_api(nothing_in_it=bool(empty))

    def _not_the_api(self, *, nothing_in_it: bool) -> str:
        named = ", ".join(self.certain)
        what = f"{named} are not there"
        if nothing_in_it:
            what = f"it has nothing in {named}, where every organization has something"
        usual = f"; the vendor's is {self.api.address}" if self.api.address else ""
        return (
            f"something answers at {self.address}, and it is not the API: {what}. Check {self.setting}, its path "
            f"too{usual}."
        )

    def _ask(self, endpoint: Endpoint) -> Finding:
        off = "" if endpoint.enabled else " (off by default: FINAGO_EXTRA_ENDPOINTS)"
        parent = None
        if endpoint.parent is not None:
            parent = self._keys.get(endpoint.parent.endpoint)
            if parent is None:
                return Finding(
                    endpoint.name, Condition.UNKNOWN, f"no {endpoint.parent.endpoint} record to ask about{off}"
                )
        try:
            records = self._first_page(endpoint, parent)
        except FinagoError as error:
            verdict, said = self._judge(endpoint, error)
            return Finding(endpoint.name, verdict, said + off)
        self._keys[endpoint.name] = RecordReader(endpoint).keys(records)[0] if records else None
        return Finding(endpoint.name, Condition.WORKS, _answered(endpoint, records, self.first) + off)

    def _first_page(self, endpoint: Endpoint, parent: str | None = None) -> list[bytes]:
        # a month back is enough to find a parent to ask about, and one record is all that is read
        day = max(self.first, self.today - timedelta(days=30)) if endpoint.window else self.today
        page = next(self.client.pages(smallest_call(endpoint, day, self.today, parent), Tally()), None)
        return list(page.records) if page is not None else []

    def _judge(self, endpoint: Endpoint, error: FinagoError) -> tuple[Condition, str]:
        match error:
            case Forbidden():
                needed = ", ".join(error.scopes or endpoint.scopes) or "not documented"
                return Condition.WITHHELD, f"needs the scope {needed}; the asset will be skipped with a warning"
            case NotFound() if endpoint.parent is not None:
                return Condition.UNKNOWN, (
                    f"nothing is there (status {error.status}) for the one record of {endpoint.parent.endpoint} that "
                    "was asked about: that record has just gone, or this list is not there"
                )
            case NotFound():
                return Condition.FAILS, (
                    f"GET {endpoint.path}: this list is not there (status {error.status}), and other lists are, so "
                    f"{self.setting} is right: the {self.api.source.title} of this address does not have it"
                )
            case _:
                return Condition.FAILS, str(error)


def _answered(endpoint: Endpoint, records: list[bytes], first: date) -> str:
    if endpoint.name == "organization_information" and records:
        return f"this is {msgspec.json.decode(records[0], type=_Organization).name}"
    if endpoint.name == "fiscalperiods":
        return _reach(records, first)
    return "answers" if records else NOTHING


def _reach(periods: list[bytes], first: date) -> str:
    """Say whether fiscal years lie before the first day. Which day the books were opened on the API does not tell."""
    begin = books_begin(periods)
    if begin is None or begin >= first:
        return "answers" if periods else NOTHING
    return (
        f"answers; the first fiscal year begins on {begin}, before FINAGO_START_DATE ({first}). What stood on a "
        "control account by then comes as one opening without customers, and later payments of it as unallocated. Set "
        "the start date to the day of the opening voucher to have open items by customer from the beginning"
    )
