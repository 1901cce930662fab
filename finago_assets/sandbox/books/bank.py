"""Bank accounts and bank transactions: unsigned amounts, a type that says which way, a reference for each.

Owns the statement. The vouchers that mirror it are posted by whoever moves the money.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from msgspec import json

from finago_assets.sandbox.books.ids import Thing, make_guid, organization_number
from finago_assets.sandbox.books.kept import Json, read, write
from finago_assets.sandbox.books.line_json import make_moment
from finago_assets.sandbox.books.money import write_amount

if TYPE_CHECKING:
    from finago_assets.sandbox.books.plan import BooksPlan

CLOSED_AFTER_DAYS: Final = 5


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account and the ledger account that mirrors it; one `id` is no uuid, as in the vendor's own sample."""

    id: str
    ledger: int
    number: str
    name: str
    currency: str
    written: bytes | None = None  # the whole record, where somebody wrote it through the API


BANK_ACCOUNTS: Final = {
    account.ledger: account
    for account in (
        BankAccount(make_guid(Thing.BANK_ACCOUNT, 1), 1920, "90000000001", "Drift", "NOK"),
        BankAccount("456-789-012", 1930, "NO9390000000002", "Valuta EUR", "EUR"),
        BankAccount(make_guid(Thing.BANK_ACCOUNT, 3), 1950, "90000000003", "Skattetrekk", "NOK"),
    )
}


@dataclass(frozen=True, slots=True)
class BankTransaction:
    """One movement: `amount` in øre of the account's own currency, negative when money leaves."""

    serial: int
    account: BankAccount
    day: date
    amount: int
    reference: tuple[str, str]  # type (text, ocr, invoiceRef), value
    other: str | None
    named: str | None = None  # the reference that somebody gave it through the API
    written: bytes | None = None  # and the whole record

    @property
    def id(self) -> str:
        """The reference that is unique for each client."""
        return self.named or f"{self.day:%Y%m%d}-{self.account.ledger}-{self.serial:07d}"


@dataclass(slots=True)
class Statement:
    """Every bank transaction, by day."""

    days: dict[int, list[BankTransaction]] = field(default_factory=lambda: defaultdict(list))
    by_id: dict[str, BankTransaction] = field(default_factory=dict)

    def move(
        self, day: date, amount: int, reference: tuple[str, str], *, account: int = 1920, other: str | None = None
    ) -> BankTransaction:
        """Enter a movement, in øre of the account's currency, and return it."""
        moved = BankTransaction(len(self.by_id) + 1, BANK_ACCOUNTS[account], day, amount, reference, other)
        return self.enter(moved)

    def enter(self, moved: BankTransaction) -> BankTransaction:
        """Enter a movement as it is and return it."""
        self.days[moved.day.toordinal()].append(moved)
        self.by_id[moved.id] = moved
        return moved

    def balance(self, account: BankAccount, before: date) -> tuple[int, date] | None:
        """Return the balance strictly before a day and the day of the last movement; None without any."""
        moves = [t for day, ts in self.days.items() if day < before.toordinal() for t in ts if t.account is account]
        return (sum(t.amount for t in moves), max(t.day for t in moves)) if moves else None


def transaction_json(moved: BankTransaction, last: date) -> bytes:
    """Return a bank transaction as `/banktransactions` shows it to somebody who asks on the day `last`."""
    if moved.written is not None:
        return moved.written
    inbound, account = moved.amount > 0, moved.account
    kind = "iban" if account.currency == "EUR" else "bban"
    ours = {"number": account.number, "type": kind}
    theirs = {"number": moved.other, "type": kind} if moved.other or moved.serial % 2 else None
    body: dict[str, object] = {
        "bankTransactionReference": moved.id,
        "type": "inbound" if inbound else "outbound",
        "bankAccount": {"id": account.id},
        "paymentReference": {"type": moved.reference[0], "value": moved.reference[1]},
        "amount": {"value": write_amount(abs(moved.amount), moved.serial), "currency": {"code": account.currency}},
        "date": moved.day.isoformat(),
    }
    ends = {"fromBankAccount": theirs, "toBankAccount": ours} if inbound else {"fromBankAccount": ours}
    body |= {key: value for key, value in ends.items() if value is not None}
    if moved.serial % 3:
        family = "RCDT" if inbound else "ICDT"
        body["bankTransactionCode"] = {"domainCode": "PMNT", "familyCode": family, "subFamilyCode": None}
    body["status"] = "closed" if last - moved.day > timedelta(days=CLOSED_AFTER_DAYS) else "created"
    body["createdAt"] = make_moment(moved.day, moved.serial)
    body["modifiedAt"] = make_moment(min(moved.day + timedelta(days=CLOSED_AFTER_DAYS), last), moved.serial)
    return json.encode(body)


def bank_account_json(account: BankAccount, plan: BooksPlan, balance: Json | None) -> bytes:
    """Return a bank account as `/bankaccounts` shows it; without a balance that key is missing."""
    shown = _seeded(account, plan) if account.written is None else read(account.written)
    return write(shown if balance is None else shown | {"balance": balance})


def movement_json(account: BankAccount, balance: tuple[int, date]) -> Json:
    """Return the balance that movements come to, as an account shows it."""
    at = make_moment(balance[1], account.ledger).replace("Z", ".000Z")
    return {"amount": write_amount(balance[0]), "timestamp": at, "currency": {"code": account.currency}}


def _seeded(account: BankAccount, plan: BooksPlan) -> Json:
    contact = {"name": "Kari Nordmann", "email": "kari@sandbox.example"}
    owner = {"name": "Sandkassen Handel AS", "organizationNumber": organization_number(0), "contact": contact}
    body: dict[str, object] = {
        "id": account.id,
        "number": account.number,
        "bic": "SANDNO22XXX",
        "type": "iban" if account.currency == "EUR" else "bban",
        "name": account.name,
        "owner": owner,
        "ledgerAccount": {"number": account.ledger},
    }
    if account.ledger == 1920:
        body["transactionType"] = {"number": 3}
    body["createdAt"] = body["modifiedAt"] = make_moment(plan.start, account.ledger).replace("Z", ".000Z")
    return body
