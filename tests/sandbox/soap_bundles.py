"""Bundles written by hand, as a sender of journals would write them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.sandbox.soap_caller import SoapCaller

MANUAL = "9"
SERIES = "370"
LEDGER, DRAFT = 0, 1


def entry(account: int, amount: str, **more: object) -> str:
    """Return an entry of the ninth of May."""
    said = {"AccountNo": account, "Date": "2024-05-09T00:00:00", "Amount": amount} | more
    return f"<Entry>{''.join(f'<{name}>{value}</{name}>' for name, value in said.items())}</Entry>"


def voucher(number: int, *entries: str, sort: str = MANUAL) -> str:
    """Return a voucher."""
    inner = f"<TransactionNo>{number}</TransactionNo><Entries>{''.join(entries)}</Entries><Sort>{sort}</Sort>"
    return f"<Voucher>{inner}</Voucher>"


def bundle(*vouchers: str, name: str = "", **more: object) -> str:
    """Return a bundle of 2024."""
    said = {"YearId": 2024, "Name": name} | more
    told = "".join(f"<{key}>{value}</{key}>" for key, value in said.items())
    return f"<Bundle>{told}<Vouchers>{''.join(vouchers)}</Vouchers></Bundle>"


def save(caller: SoapCaller, *bundles: str, option: int = LEDGER, ignore: tuple[str, ...] = (), **more: object) -> Any:
    """Save bundles and return what came of it."""
    tokens = "".join(f"<string>{token}</string>" for token in ignore)
    said = "".join(f"<{key}>{value}</{key}>" for key, value in more.items())
    inner = f"<Bundles>{''.join(bundles)}</Bundles><SaveOption>{option}</SaveOption>{said}"
    sent = f"<BundleList>{inner}<IgnoreWarnings>{tokens}</IgnoreWarnings></BundleList>"
    reply = caller.call("AccountService", "SaveBundleList", sent)
    assert reply.status == 200, reply.fault
    return reply.result


def post(caller: SoapCaller, *entries: str, **more: Any) -> str:
    """Save a voucher with the next number and return the type of the answer, with its words if there are any."""
    found = save(caller, bundle(voucher(next_number(caller), *entries)), **more)
    return f"{found['Type']} {found.get('Description', '')}".strip()


def next_number(caller: SoapCaller, series: str = SERIES, day: str = "2024-05-09") -> int:
    """Return the number that is free."""
    asked = f"<argEntryId><Date>{day}T00:00:00</Date><SortNo>{series}</SortNo><EntryNo>0</EntryNo></argEntryId>"
    return int(caller.call("AccountService", "GetEntryId", asked).result["EntryNo"])
