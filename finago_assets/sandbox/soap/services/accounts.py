"""The AccountService but for its posting: accounts, tax codes, types, the next number, links and due dates.

Owns how each reads. What becomes of a bundle is `saving`'s.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from finago_assets.sandbox.books.accounts import ACCOUNTS
from finago_assets.sandbox.books.kept import read
from finago_assets.sandbox.books.taxes import TAXES, Tax
from finago_assets.sandbox.books.vouchers import VoucherType
from finago_assets.sandbox.books.written_records import stamp
from finago_assets.sandbox.soap.kept_lines import OPEN_ITEM_ACCOUNTS
from finago_assets.sandbox.soap.lexical import NO_MOMENT
from finago_assets.sandbox.soap.local_days import oslo_day_of
from finago_assets.sandbox.soap.saving import save_bundle_list
from finago_assets.sandbox.soap.series import last_number, reserve, series_of
from finago_assets.sandbox.soap.switches import DueDatesAnswered

if TYPE_CHECKING:
    from finago_assets.sandbox.soap.call import AsmxAnswering, AsmxCall, AsmxRecord

NO_NUMBER: Final = -1


def list_accounts(call: AsmxCall) -> list[AsmxRecord]:
    """The chart of accounts; of an account without a tax nothing is said of taxes."""
    _ = call.authenticated
    return [
        {
            "AccountId": account.id,
            "AccountNo": account.number,
            "AccountName": account.name,
            "AccountTax": 0 if account.tax is None else TAXES[account.tax].id,
            "TaxNo": account.tax or 0,
        }
        for account in ACCOUNTS.values()
    ]


def list_tax_codes(call: AsmxCall) -> list[AsmxRecord]:
    """The tax codes; one without an account says so with nil, with nothing, or with 0."""
    _ = call.authenticated
    return [_render_tax(tax, place) for place, tax in enumerate(TAXES.values())]


def _render_tax(tax: Tax, place: int) -> AsmxRecord:
    account: dict[str, Any] = {"AccountNo": tax.output or tax.deductible}
    if account["AccountNo"] is None:
        account = ({"AccountNo": None}, {}, {"AccountNo": 0})[place % 3]
    return {"TaxId": tax.id, "TaxNo": str(tax.number), "TaxName": tax.name, "TaxRate": tax.rate, **account}


def list_types(call: AsmxCall) -> list[AsmxRecord]:
    """The types of voucher, those of the system too."""
    _ = call.authenticated
    return [
        {"TypeId": kind.id, "Title": kind.value[2], "EntrySeriesId": series_of(kind), "TypeNo": kind.value[1]}
        for kind in VoucherType
    ]


def next_entry_id(call: AsmxCall) -> AsmxRecord:
    """The next number of a series in the fiscal year of a day, which stays free for whoever asks next."""
    asked, ledger = call.arguments["argEntryId"] or {}, call.ledger
    moment = asked.get("Date", NO_MOMENT)
    day = oslo_day_of(moment)
    kind = next((one for one in VoucherType if series_of(one) == asked.get("SortNo")), None)
    year = next((one for one in ledger.years() if one[1] <= day <= one[2]), None)
    number = NO_NUMBER
    if kind is not None and year is not None:
        number = last_number(ledger.books.ledger, kind, year[1], year[2]) + 1
        if call.desk.switches.reserves_numbers:
            reserve(ledger.books.ledger, kind, day, number)
    return {"Date": moment, "SortNo": asked.get("SortNo", 0), "EntryNo": number}


def check_accounts(call: AsmxCall) -> list[AsmxRecord]:
    """Each account with what is wrong with it: its number does not exist, or its name is another one's."""
    _ = call.authenticated
    return [_checked(one) for one in call.arguments["accountList"] or () if one is not None]


def _checked(sent: AsmxRecord) -> AsmxRecord:
    account = ACCOUNTS.get(sent["AccountNo"])
    if account is None:
        return {**sent, "Error": "AccountDontExist"}
    return {**sent, "Error": "Ok" if account.name == sent["AccountName"] else "NameDontMatch"}


def create_link(call: AsmxCall) -> int:
    """An empty link."""
    return call.ledger.links.new()


def add_link_entries(call: AsmxCall) -> bool:
    """Put lines that have no link into one."""
    return _link_lines(call, moves=False)


def replace_link_entries(call: AsmxCall) -> bool:
    """Put lines into a link, whatever link they had."""
    return _link_lines(call, moves=True)


def _link_lines(call: AsmxCall, *, moves: bool) -> bool:
    links, item = call.ledger.links, call.arguments["linkEntryItem"] or {}
    line_ids, link = item.get("LineIds") or [], item.get("LinkId", 0)
    lines = links.lines_of([*line_ids, *links.within(link)])
    if not line_ids or lines is None or not links.exists(link) or len(set(line_ids)) < len(line_ids):
        return False
    if len({(line.account.number, line.customer and line.customer.id) for line in lines}) > 1:
        return False
    if lines[0].account.number not in OPEN_ITEM_ACCOUNTS:
        return False
    if not moves and any(line_id in links.of_line for line_id in line_ids):
        return False
    links.join(link, line_ids)
    return True


def update_due_dates(call: AsmxCall) -> list[AsmxRecord]:
    """Change when lines on the control accounts fall due; nothing tells which items come back."""
    items = [one for one in call.arguments["entryItems"] or () if one is not None]
    done = [_change_due_date(call, one) for one in items]
    failed = call.desk.switches.due_dates is DueDatesAnswered.FAILED
    return [one for one, changed in zip(items, done, strict=True) if changed is not failed]


def _change_due_date(call: AsmxCall, item: AsmxRecord) -> bool:
    ledger = call.books.ledger
    lines = call.ledger.links.lines_of([item["LineId"]])
    if not lines or lines[0].account.number not in OPEN_ITEM_ACCOUNTS:
        return False
    invoice = read(ledger.line(item["LineId"])).get("invoice") or {}
    changed = {**invoice, "dueDate": oslo_day_of(item["DueDate"]).isoformat()}
    ledger.change(item["LineId"], {"invoice": changed, "modifiedAt": stamp(call.books.written.now())})
    return True


HANDLERS: Final[dict[str, AsmxAnswering]] = {
    "GetAccountList": list_accounts,
    "GetTaxCodeList": list_tax_codes,
    "GetTypeList": list_types,
    "GetEntryId": next_entry_id,
    "CheckAccountNo": check_accounts,
    "SaveBundleList": save_bundle_list,
    "CreateLink": create_link,
    "AddLinkEntries": add_link_entries,
    "ReplaceLinkEntries": replace_link_entries,
    "UpdateEntryDueDate": update_due_dates,
}
