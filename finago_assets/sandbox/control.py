"""The control surface: what a test or a person may do to the books and the manners of a sandbox while it runs.

Owns the operations, as a Python object. The same over HTTP is `control_routes`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from msgspec import Raw

from finago_assets.sandbox.books.bad import Bad, Planted, plant
from finago_assets.sandbox.books.money import spelled
from finago_assets.sandbox.books.orders import Status
from finago_assets.sandbox.books.written_records import stamp
from finago_assets.sandbox.faults import Rule, Script
from finago_assets.sandbox.soap.control import SoapControl
from finago_assets.sandbox.state import Sandbox, ServedRequest

if TYPE_CHECKING:
    from finago_assets.sandbox.books.company import Books
    from finago_assets.sandbox.books.vouchers import Posting, VoucherType


@dataclass(frozen=True, slots=True)
class Control:
    """Changes take effect at once; balances follow the ledger as it is. Amounts in øre, ids as served."""

    sandbox: Sandbox

    @property
    def soap(self) -> SoapControl:
        """What may be done to the SOAP services."""
        return SoapControl(self.sandbox)

    def books(self, organization: str | None = None) -> Books:
        """Return the living books of an organization, by default the first."""
        return self.sandbox.books if organization is None else self.sandbox.tenants[organization]

    def post(self, kind: VoucherType, day: date, *postings: Posting) -> str:
        """Post a voucher and return its id. Raises ValueError unless it sums to zero."""
        with self.sandbox.lock:
            late = max(0, (self.books().plan.last - day).days)
            return self.books().journal.post(kind, day, *postings, entered=late)

    def plant(self, kind: Bad | str, day: date | None = None) -> Planted:
        """Damage the books, by default in their second month, and return where. Raises ValueError for another kind."""
        with self.sandbox.lock:
            return plant(self.books(), Bad(kind), day)

    def change_line(self, line_id: str, **changes: object) -> bytes:
        """Overwrite fields of a line by their JSON names and return it as it reads now. An int `amount` is in øre."""
        if isinstance(amount := changes.get("amount"), int):
            changes["amount"] = Raw(spelled(amount).encode())
        with self.sandbox.lock:
            # after office hours, and so after anything that was entered on the last day
            minute, second = divmod(self.sandbox.served % 3600, 60)
            changes.setdefault("modifiedAt", f"{self.books().plan.last}T16:{minute:02}:{second:02}Z")
            return self.books().ledger.change(line_id, changes)

    def delete_line(self, line_id: str) -> None:
        """Delete a line without a trace. Raises KeyError for an unknown id."""
        with self.sandbox.lock:
            self.books().ledger.delete(line_id)

    def delete_voucher(self, voucher_id: str) -> int:
        """Delete a voucher and return how many lines it had. Raises KeyError for an unknown id."""
        with self.sandbox.lock:
            return self.books().ledger.delete_voucher(voucher_id)

    def advance_order(self, order_id: int, status: str = "Invoice", day: date | None = None) -> Status:
        """Move an order on and return its status; to Invoice or AdvanceInvoice posts its voucher, once."""
        books = self.books()
        with self.sandbox.lock:
            order, wanted = books.orders.orders[order_id], Status(status)
            when = day or min(order.day + timedelta(days=10), books.plan.last)
            if order.invoice is None and wanted in (Status.INVOICE, Status.ADVANCE_INVOICE):
                books.sales.invoice(order, wanted, when)
            order.status, order.modified = wanted, when
            order.touched = stamp(books.written.now()) if order.touched else None
            return order.status

    def delete_order(self, order_id: int) -> None:
        """Delete an order and leave its voucher. Raises KeyError for an unknown id."""
        with self.sandbox.lock:
            self.books().orders.remove(order_id)

    def withhold(self, *names: str) -> None:
        """Answer 403 from now on for what a scope is needed for, an operation, or the reads of a list: see `names`."""
        with self.sandbox.lock:
            self.sandbox.withheld.update(names)

    def grant(self, *names: str) -> None:
        """Take back what was withheld; without names, everything."""
        with self.sandbox.lock:
            self.sandbox.withheld.difference_update(names or set(self.sandbox.withheld))

    def set_faults(self, *rules: Rule) -> None:
        """Replace the fault script; without rules nothing goes wrong any more."""
        with self.sandbox.lock:
            self.sandbox.script = Script.of(rules)

    def faults_fired(self) -> list[int]:
        """Return how often each rule of the script has fired, in order."""
        return self.sandbox.script.fired

    def expire_tokens(self) -> int:
        """Kill every token and return how many there were."""
        with self.sandbox.lock:
            return self.sandbox.tokens.expire()

    def skip_time(self, seconds: float) -> None:
        """Turn the clock of tokens and sessions forward."""
        with self.sandbox.lock:
            self.sandbox.tokens.skipped += seconds
            self.sandbox.soap.skipped += seconds

    def requests(self) -> list[ServedRequest]:
        """Return the log so far."""
        with self.sandbox.lock:
            return list(self.sandbox.requests)

    def reset(self, *, books: bool = True) -> None:
        """Go back to how the sandbox started: books, scopes, faults, switches, log. Tokens and sessions live on."""
        with self.sandbox.lock:
            fresh = Sandbox.start(self.sandbox.options, None if books else self.sandbox.books)
            if books:
                self.sandbox.tenants = fresh.tenants
                self.sandbox.soap.ledgers = fresh.soap.ledgers
            self.sandbox.withheld, self.sandbox.script = fresh.withheld, fresh.script
            self.sandbox.soap.switches, self.sandbox.soap.limit = fresh.soap.switches, fresh.soap.limit
            self.sandbox.requests.clear()
            self.sandbox.chains.clear()
