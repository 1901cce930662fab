"""Posting over REST: one voucher a request, straight into the ledger, numbered by the server.

Owns what an answer means for the outbox. That a write is sent once and recorded is `core/request/perform.py`'s.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

import msgspec

from finago_assets.apis.finago import FINAGO
from finago_assets.apis.finago.posting_body import body_of
from finago_assets.apis.finago.posting_lists import RestReader
from finago_assets.core.errors import BadRequest, Forbidden, NotFound, OutcomeUnknown, RequestRefused
from finago_assets.core.posting.journal import SaveAs
from finago_assets.core.posting.route import Answered, SendResult
from finago_assets.core.request.perform import perform
from finago_assets.core.request.request import from_template

if TYPE_CHECKING:
    import datetime as dt
    from pathlib import Path

    from finago_assets.core.http.client import ApiClient
    from finago_assets.core.posting.journal import Journal, LedgerLine, Lists
    from finago_assets.core.posting.route import NumberedBundle
    from finago_assets.core.request.audit import Audit
    from finago_assets.core.request.result import RequestResult

REST_COMMENT_LIMIT: Final = 75
_REFUSALS: Final = (BadRequest, Forbidden, NotFound)


class _Created(msgspec.Struct, rename="camel"):
    transaction_id: str


@dataclass(slots=True)
class RestRoute:
    """Posts for the client's organization. Answers are kept in `folder` for as long as they are read."""

    client: ApiClient
    folder: Path
    audit: Audit
    name: ClassVar[str] = "rest"
    saves: ClassVar[frozenset[SaveAs]] = frozenset({SaveAs.LEDGER})
    computes_vat: ClassVar[frozenset[SaveAs]] = frozenset({SaveAs.LEDGER})
    counts: ClassVar[bool] = False
    _reader: RestReader = field(init=False)

    def __post_init__(self) -> None:
        self._reader = RestReader(self.client)

    @property
    def organization_id(self) -> str:
        return self.client.organization_id

    def confirm_organization(self) -> None:
        self._reader.confirm()

    def read_lists(self, journal: Journal) -> Lists:
        return self._reader.lists(journal)

    def next_number(self, series: int, day: dt.date) -> int:
        raise RequestRefused(f"REST names no next number (series {series}, {day}): the server numbers by itself.")

    def save(self, numbered: NumberedBundle, save_as: SaveAs, ignore_warnings: tuple[str, ...]) -> SendResult:
        if save_as is not SaveAs.LEDGER:
            raise RequestRefused("REST has no drafts. Nothing was sent.")
        if ignore_warnings:
            raise RequestRefused("REST ignores no warnings: leave --ignore-warning out. Nothing was sent.")
        (voucher,) = numbered.bundle.vouchers
        request = from_template(FINAGO, "transactions.create", body=body_of(voucher, numbered.marker))
        return self._read_answer(perform(request, self.client, self.folder, allow_writes=True, audit=self.audit))

    def find(self, numbered: NumberedBundle) -> list[LedgerLine]:
        days = [entry.date for entry in numbered.bundle.entries]
        return self._reader.marked_lines(min(days), max(days), numbered.marker)

    def _read_answer(self, result: RequestResult) -> SendResult:
        problem, answer = result.problem, result.answer
        try:
            if problem is None and answer is not None:
                created = msgspec.json.decode(answer.body.read_bytes(), type=_Created)
                return SendResult(Answered.SAVED, transaction_id=created.transaction_id)
        except (msgspec.MsgspecError, OSError):
            return SendResult(Answered.UNCLEAR, "The answer does not name the voucher that was posted.")
        finally:
            if answer is not None:
                answer.body.unlink(missing_ok=True)
        if isinstance(problem, OutcomeUnknown) or problem is None:
            return SendResult(Answered.UNCLEAR, f"{problem or 'No answer came.'}")
        if isinstance(problem, _REFUSALS) and problem.status is not None:
            named = f" It names {', '.join(answer.errors)}." if answer is not None and answer.errors else ""
            return SendResult(Answered.REFUSED, f"{problem}{named}")
        raise problem
