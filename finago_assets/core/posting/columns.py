"""The columns of a journal: which there are, what each holds, and which must be there.

Owns the names, which are those of general_ledger where it has the same thing. What a cell may look like is cells.py's.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

LARGEST_INT: Final = 2**31 - 1
_LARGEST_SHORT: Final = 2**15 - 1


class CellKind(Enum):
    """What the cells of a column are."""

    TEXT = "text"
    CODE = "text that may be a number"
    REFERENCE = "text that is never a number, for it may begin with 0"
    WHOLE = "a whole number"
    AMOUNT = "an amount"
    RATE = "a rate"
    DAY = "a day"
    PAIRS = "dimensions"
    IDS = "ids"


@dataclass(frozen=True, slots=True)
class JournalColumn:
    """One column. A whole number lies between `low` and `high`."""

    name: str
    holds: CellKind
    required: bool = False
    low: int = 1
    high: int = LARGEST_INT


_IN_ORDER: Final = (
    JournalColumn("voucher", CellKind.CODE, required=True),
    # 0 and less are types of the system's own, and a rule says so
    JournalColumn("transaction_type_number", CellKind.WHOLE, required=True, low=-LARGEST_INT),
    JournalColumn("date", CellKind.DAY, required=True),
    JournalColumn("account_number", CellKind.WHOLE, required=True),
    JournalColumn("amount", CellKind.AMOUNT, required=True),
    JournalColumn("bundle", CellKind.CODE),
    JournalColumn("currency_code", CellKind.TEXT),
    JournalColumn("currency_rate", CellKind.RATE),
    JournalColumn("rate_per", CellKind.WHOLE, high=_LARGEST_SHORT),
    JournalColumn("customer_id", CellKind.WHOLE),
    JournalColumn("tax_number", CellKind.CODE),
    JournalColumn("department", CellKind.CODE),
    JournalColumn("project", CellKind.CODE),
    JournalColumn("dimensions", CellKind.PAIRS),
    JournalColumn("invoice_number", CellKind.CODE),
    JournalColumn("payment_reference", CellKind.REFERENCE),
    JournalColumn("due_date", CellKind.DAY),
    JournalColumn("period_date", CellKind.DAY),
    JournalColumn("comment", CellKind.TEXT),
    JournalColumn("document_id", CellKind.WHOLE),
    JournalColumn("bank_account", CellKind.REFERENCE),
    JournalColumn("link", CellKind.CODE),
    JournalColumn("links_to", CellKind.IDS),
)
JOURNAL_COLUMNS: Final = {column.name: column for column in _IN_ORDER}
REQUIRED_COLUMNS: Final = tuple(column.name for column in _IN_ORDER if column.required)
