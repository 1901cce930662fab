"""Bank accounts, what the bank says they hold, and bank transactions, as they are recorded.

Owns the side of a transaction that is filled in from the account. A transaction's reference is the one key that makes
sending it again harmless.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.answers import Done, Refused
from finago_assets.sandbox.books.bank import BankAccount, BankTransaction, bank_account_json
from finago_assets.sandbox.books.ids import Thing, make_guid
from finago_assets.sandbox.books.kept import read, write
from finago_assets.sandbox.books.money import ORE, rounded
from finago_assets.sandbox.books.written_records import Balance, Series, stamp
from finago_assets.sandbox.endpoints.ask import missing
from finago_assets.sandbox.endpoints.bank import index_bank_accounts
from finago_assets.sandbox.endpoints.writing.checks import account_of, bounded, invalid, read_day

if TYPE_CHECKING:
    from finago_assets.sandbox.books.kept import Json
    from finago_assets.sandbox.endpoints.ask import Ask, Writer


SHORTEST_REFERENCE, LONGEST_REFERENCE, LONGEST_PAYMENT_REFERENCE = 10, 130, 1000


def create_account(ask: Ask) -> Done:
    """A bank account, with a balance if it comes with one."""
    written, body = ask.books.written, dict(ask.sent.json)
    first = _first_balance(body.pop("balance", None))
    ledger = body.get("ledgerAccount", {}).get("number", 0)
    if ledger:
        account_of(ledger, "ledgerAccount.number")
    key = make_guid(Thing.BANK_ACCOUNT, written.new(Series.BANK_ACCOUNT))
    at = stamp(written.now()).replace("Z", ".000Z")
    body |= {"id": key, "createdAt": at, "modifiedAt": at}
    account = BankAccount(key, ledger, body["number"], body["name"], "NOK", write(body))
    written.bank_accounts.append(account)
    written.balances[key].extend(first)
    return Done(201, bank_account_json(account, ask.books.plan, first[0].said if first else None))


def _first_balance(body: object) -> list[Balance]:
    """Return the balance that an account may come with: the description speaks of one and does not spell it."""
    if body is None:
        return []
    if not isinstance(body, dict) or not {"amount", "timestamp", "currency"} <= set(body):
        raise invalid("balance", "required")
    return [_read_balance(body, "balance.")]


def add_balance(ask: Ask) -> Done:
    """What the account held at a moment; the latest is what `/bankaccounts` shows."""
    if ask.path["id"] not in index_bank_accounts(ask.books):
        raise missing()
    balance = _read_balance(ask.sent.json, "")
    ask.books.written.balances[ask.path["id"]].append(balance)
    return Done(201, write(balance.said))


def _read_balance(body: Json, path: str) -> Balance:
    kept = {name: body[name] for name in ("amount", "timestamp", "currency")}
    bounded(body["amount"], f"{path}amount")
    return Balance(_read_moment(body["timestamp"], f"{path}timestamp"), kept)


def _read_moment(text: str, path: str) -> datetime:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        raise invalid(path, "format") from None
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def create_transaction(ask: Ask) -> Done:
    """A movement of an account. Raises Refused 409 for a reference that was used before."""
    body, statement = ask.sent.json, ask.books.statement
    _in_words(body)
    account = index_bank_accounts(ask.books).get(body["bankAccount"]["id"])
    if account is None:
        raise invalid("bankAccount.id", "reference")
    if body["bankTransactionReference"] in statement.by_id:
        raise Refused(409, "A bank transaction with this reference exists.")
    shown = _shown(body, account, stamp(ask.books.written.now()))
    sign = 1 if body["type"] == "inbound" else -1
    moved = BankTransaction(
        serial=len(statement.by_id) + 1,
        account=account,
        day=read_day(body["date"], "date"),
        amount=sign * rounded(bounded(body["amount"]["value"], "amount.value") * ORE),
        reference=(body["paymentReference"]["type"], body["paymentReference"]["value"]),
        other=None,
        named=body["bankTransactionReference"],
        written=write(shown),
    )
    statement.enter(moved)
    return Done(201, write(shown))


def _in_words(body: Json) -> None:
    """Raise Refused 400 for what the description rules out in its words only."""
    if not SHORTEST_REFERENCE <= len(body["bankTransactionReference"]) <= LONGEST_REFERENCE:
        short = len(body["bankTransactionReference"]) < SHORTEST_REFERENCE
        raise invalid("bankTransactionReference", "minLength" if short else "maxLength")
    if len(body["paymentReference"]["value"]) > LONGEST_PAYMENT_REFERENCE:
        raise invalid("paymentReference.value", "maxLength")
    if body["amount"]["value"] <= 0:
        raise invalid("amount.value", "exclusiveMinimum")


def _shown(body: Json, account: BankAccount, at: str) -> Json:
    """Return a transaction as it is kept: what was sent for the own side is ignored."""
    own = "toBankAccount" if body["type"] == "inbound" else "fromBankAccount"
    kind = "iban" if account.currency == "EUR" else "bban"
    if account.written is not None:
        kind = read(account.written)["type"]
    ends = {own: {"number": account.number, "type": kind}}
    return {**body, **ends, "status": "created", "createdAt": at, "modifiedAt": at}


WRITERS: Final[dict[str, Writer]] = {
    "POST /bankaccounts": create_account,
    "POST /bankaccounts/{id}/balances": add_balance,
    "POST /banktransactions": create_transaction,
}
