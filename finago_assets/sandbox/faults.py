"""The fault script: which requests go wrong, when, and how.

Owns the rules and the counting. How a fault looks on the wire is `breakage`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from msgspec import json

from finago_assets.sandbox.books.plan import dice

if TYPE_CHECKING:
    from pathlib import Path
    from random import Random


class AnswerFault(StrEnum):
    """What can go wrong with one answer."""

    STATUS = "status"  # `status`, with a `body` and perhaps `retry_after`
    HTML = "html"  # an HTML page with `status`, 200 unless said otherwise
    EMPTY = "empty"  # 200 with nothing in it
    RESET = "reset"  # the connection is reset before a byte is sent
    RESET_MIDWAY = "reset midway"  # and after half of the body
    SHORT = "short"  # Content-Length promises more than comes
    CUT_JSON = "cut json"  # a well-formed answer whose JSON stops in the middle
    CUT_CHUNKED = "cut chunked"  # the last chunks are missing
    CUT_GZIP = "cut gzip"  # a gzip stream that stops early, all lengths agreeing
    DRIP = "drip"  # a few bytes every `seconds`
    LATENCY = "latency"  # `seconds` before the answer
    EXPIRY = "expiry"  # every token and every session dies just before this request is looked at
    NEXT = "next"  # the next link is replaced by `link`; {self}, {origin} and {host} are filled in
    LOOP = "loop"  # the next link leads back to this very page
    NO_NEXT = "no next"  # the Link header is missing
    SAME_PAGE = "same page"  # the body of the page before, once more
    FOREIGN_ROWS = "foreign rows"  # the body of another day: the window was ignored
    RESULT = "result"  # a bundle is answered with the type that `text` is, and saved only with `work`
    LATE = "late"  # `seconds` between the work and the answer
    SLOW = "slow"  # `seconds` between the whole request and the work, which is done whether anybody still waits or not
    OTHER_ORGANIZATION = "other organization"  # the session is another organization's from just before this request
    QUARANTINE = "quarantine"  # of `seconds`, from this request on
    ONE_ELEMENT = "one element"  # the list of this answer is cut to its first element


class ErrorBody(StrEnum):
    """What an error carries."""

    JSON = "json"
    HTML = "html"
    TEXT = "text"
    EMPTY = "empty"
    SOAP = "soap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Matching requests are counted from 1. `nth`, `every` and `probability` say which go wrong: none of them, all do.

    `path` is a glob over the path, `method` one over the method, `operation` one over that of a SOAP request, `query` a
    text the query string must contain. `times` bounds how often the rule fires. `retry_after` is seconds like "2", an
    HTTP date `seconds` from now as "date:2", or any text as it stands.

    `work` says whether a request is carried out although no good answer comes. Left open, it is where the socket breaks
    or the body is cut, and is not where another answer (status, html, empty) takes the place. So a write is done and
    its answer lost with reset, or with status 504 and `work`; it is refused untouched with status 503, or with reset
    and `work` false.
    """

    fault: AnswerFault
    path: str = "/v1/*"
    query: str = ""
    nth: tuple[int, ...] = ()
    every: int = 0
    probability: float = 0.0
    times: int | None = None
    seed: int = 1
    status: int = 503
    body: ErrorBody = ErrorBody.JSON
    retry_after: str | None = None
    seconds: float = 0.0
    link: str = ""
    method: str = "*"
    work: bool | None = None
    operation: str = "*"
    text: str = ""


@dataclass(slots=True)
class _Counter:
    rule: Rule
    dice: Random
    matched: int = 0
    fired: int = 0

    def fires(self, path: str, query: str, method: str, operation: str) -> bool:
        rule = self.rule
        matches = fnmatchcase(path, rule.path) and rule.query in query and fnmatchcase(method, rule.method)
        if not matches or not fnmatchcase(operation, rule.operation) or self.fired == rule.times:
            return False
        self.matched += 1
        wanted = self.matched in rule.nth or bool(rule.every and self.matched % rule.every == 0)
        wanted = wanted or bool(rule.probability and self.dice.random() < rule.probability)
        if wanted or not (rule.nth or rule.every or rule.probability):
            self.fired += 1
            return True
        return False


@dataclass(slots=True)
class Script:
    """The rules in order; the first that fires has the request."""

    _counters: list[_Counter] = field(default_factory=list)

    @classmethod
    def of(cls, rules: tuple[Rule, ...] | list[Rule]) -> Script:
        """Return a script that has counted nothing yet."""
        return cls([_Counter(rule, dice(str(rule.seed))) for rule in rules])

    def next(self, path: str, query: str, method: str = "GET", operation: str = "") -> Rule | None:
        """Return the rule that has this request, if any."""
        return next((one.rule for one in self._counters if one.fires(path, query, method, operation)), None)

    @property
    def repeats(self) -> bool:
        """Tell whether some rule serves an old body again, so that bodies have to be kept."""
        return any(
            counter.rule.fault in (AnswerFault.SAME_PAGE, AnswerFault.FOREIGN_ROWS) for counter in self._counters
        )

    @property
    def fired(self) -> list[int]:
        """How often each rule has fired, in order."""
        return [counter.fired for counter in self._counters]


def read_rules(text: bytes | str) -> tuple[Rule, ...]:
    """Return the rules of a JSON list of objects with the fields of Rule. Raises msgspec.ValidationError."""
    return tuple(json.decode(text, type=list[Rule]))


def load_rules(path: Path) -> tuple[Rule, ...]:
    """Return the rules in a JSON file."""
    return read_rules(path.read_bytes())
