"""Links and due dates of ledger lines over AccountService.

Owns what a line change asks of the facade, and what an answer means for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from finago_assets.apis.finago_soap.datatypes import EntryItem, LinkEntryItem
from finago_assets.apis.finago_soap.ledger import TransactionSearch
from finago_assets.core.errors import FinagoError, OutcomeUnknown
from finago_assets.core.posting.line_changes import LineState
from finago_assets.core.posting.route import Answered, SendResult

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from finago_assets.apis.finago_soap.account_service import AccountService
    from finago_assets.core.posting.line_changes import LineChange


@dataclass(frozen=True, slots=True)
class SoapLineRoute:
    """Changes lines of the facade's organization."""

    service: AccountService
    name: ClassVar[str] = "soap"

    @property
    def organization_id(self) -> str:
        return self.service.organization_id

    def confirm_organization(self) -> None:
        self.service.assert_tenant()

    def read_lines(self, change: LineChange) -> Mapping[str, LineState]:
        found = self.service.transactions(TransactionSearch(change.first, change.last))
        return {
            one.id: LineState(
                one.account_no or 0,
                int(customer) if (customer := one.customer_id or "").isdigit() else None,
                one.open,
                one.link_id,
                one.due_date,
            )
            for one in found
            if one.id in change.line_ids
        }

    def create_link(self) -> int:
        return self.service.create_link()

    def put_under_link(self, line_ids: tuple[str, ...], link_id: int, *, replace: bool) -> SendResult:
        item = LinkEntryItem(line_ids, link_id)
        write = self.service.replace_link_entries if replace else self.service.add_link_entries
        return _asked(lambda: write(item))

    def set_due_date(self, line_ids: tuple[str, ...], due_date: dt.date) -> SendResult:
        items = [EntryItem(one, due_date) for one in line_ids]
        # which lines come back is not documented, so that the answer tells nothing but that there is one
        return _asked(lambda: self.service.update_entry_due_date(items) is not None)


def _asked(write: Callable[[], bool]) -> SendResult:
    try:
        done = write()
    except OutcomeUnknown as error:
        return SendResult(Answered.UNCLEAR, f"{error}")
    except FinagoError as error:
        if error.status is None:
            raise
        return SendResult(Answered.REFUSED, f"{error}")
    return SendResult(Answered.SAVED) if done else SendResult(Answered.REFUSED, "The server answers that it did not.")
