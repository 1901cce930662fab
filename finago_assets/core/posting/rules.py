"""Every rule that a journal is held to: its name, whether it blocks, what must hold, and what to do where it does not.

Owns the words. Rules of the table are applied where it is read, the others by the modules beside this one. The page
docs/posting-rules.md is made of this table, and a test holds them together.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Severity(StrEnum):
    """What a finding does: nothing is sent, or it is shown and sent all the same."""

    BLOCK = "block"
    WARN = "warn"


@dataclass(frozen=True, slots=True)
class PostingRule:
    """`says` is what must hold, `advice` what to do otherwise. `part` is the heading that it stands under."""

    name: str
    part: str
    severity: Severity
    says: str
    advice: str


_B: Final = Severity.BLOCK
_W: Final = Severity.WARN

_OF_TABLE: Final = (
    ("empty-table", _B, "The table has at least one row.", "Give a table with rows."),
    ("unknown-column", _B, "Columns have the names of general_ledger.", "Rename it or take it out."),
    ("repeated-column", _B, "A column is there once.", "Take one of them out."),
    ("missing-column", _B, "The required columns are there.", "Add it."),
    ("ragged-row", _B, "A row has as many cells as the header.", "Look for a missing quote or a separator too many."),
    ("missing-value", _B, "A required cell holds something.", "Fill it in."),
    ("stray-blank", _B, "A cell neither begins nor ends with a blank.", "Take the blank away."),
    ("not-a-value", _B, "A cell holds a value, not the word for none.", "Leave the cell empty."),
    ("formula-error", _B, "A formula of the workbook has a result.", "Mend the formula, calculate, save."),
    ("hidden-row", _W, "No row of the sheet is hidden.", "It is read all the same; check that it is meant."),
    ("wrong-kind", _B, "A cell holds what its column is for.", "Convert the column."),
    ("bool-as-number", _B, "True and false are no numbers.", "Give the number itself."),
    (
        "float-value",
        _B,
        "Numbers are decimals or whole numbers, never binary floats.",
        "Cast the column, as to DECIMAL(18,2), where it is made; in SQLite keep it as text.",
    ),
    ("not-a-number", _B, "A number is digits, at most one decimal mark, and a minus.", "Write it as 1234.50."),
    ("exponent", _B, "A number has no exponent.", "Write it out: 1000000, not 1e+06."),
    ("thousands-separator", _B, "A number has no separator of thousands.", "Write 1234.50."),
    (
        "ambiguous-number",
        _B,
        "It is clear which mark is the decimal one.",
        "Write all numbers with the same decimal mark, and two decimals.",
    ),
    (
        "too-many-decimals",
        _B,
        "An amount has at most two decimals.",
        "Round it where it is made, as =ROUND(A1,2) does.",
    ),
    ("not-whole", _B, "It is a whole number.", "Write it without decimals."),
    ("leading-zero", _B, "A number does not begin with 0.", "Check that this is the number itself; take the 0 away."),
    ("out-of-range", _B, "A number is within what the API can hold.", "Check it."),
    ("id-as-number", _B, "References and bank accounts are text.", "Make it text where it is made; zeros may be lost."),
    ("number-for-text", _W, "Numbers of invoices and the like are text.", "Check that none began with 0."),
    ("not-a-day", _B, "A date is a day.", "Write it as 2026-11-30, or format the cells as dates."),
    ("day-with-time", _B, "A date has no time of day.", "Cast it to a day where it is made."),
    ("day-with-zone", _B, "A date has no time zone.", "Cast it to a day in the zone of the books."),
    (
        "malformed-list",
        _B,
        "Several values are parted by a bar, dimensions are type=value.",
        "Write it as 101=A12|102=B3.",
    ),
    ("bundle-missing", _B, "All rows name their bundle, or none does.", "Fill it in, or take the column out."),
    ("type-differs", _B, "All rows of a voucher have the same type.", "Give the voucher one type or two names."),
    ("scattered-voucher", _W, "Rows of a voucher follow each other.", "Check that it is one voucher, not two."),
)
_OF_ENTRY: Final = (
    ("control-character", _B, "Text has no character that cannot be seen.", "Type it again."),
    ("account-unknown", _B, "The account is in the chart of accounts.", "Correct it, or make the account first."),
    ("amount-zero", _B, "An amount is not 0.", "Take the row out."),
    ("amount-too-large", _B, "An amount is below 1,000,000,000,000.", "Check it; split the voucher if it is right."),
    ("date-outside-years", _B, "The date lies in a fiscal year of the organization.", "Correct it, or open the year."),
    ("year-closed", _B, "The fiscal year is not closed.", "Use a date in an open year, or have the year opened."),
    ("date-far", _W, "The date is within a year of today.", "Check it."),
    ("period-not-first", _B, "A period date is the first day of a month.", "Give the first of the month."),
    ("period-year", _B, "The period date lies in a fiscal year that is open.", "Correct it or leave it empty."),
    ("due-date-early", _B, "A due date is not before the date.", "Correct one of them."),
    ("due-date-early-credit", _W, "Nor is that of a credit, or of a line that nobody pays.", "Check it."),
    ("currency-code", _B, "A currency is three capital letters.", "Write it as EUR."),
    ("currency-unknown", _B, "The organization has the currency.", "Correct it, or add the currency first."),
    (
        "currency-rate-missing",
        _B,
        "Another currency comes with its rate.",
        "Give currency_rate, and rate_per if not 1.",
    ),
    ("currency-rate-range", _B, "A rate is above 0.", "Correct it."),
    ("rate-without-currency", _B, "A rate comes with its currency.", "Give currency_code or leave the rate empty."),
    ("base-currency-rate", _B, "The organization's own currency has the rate 1.", "Leave currency_rate empty."),
    ("rate-per-missing", _B, "It is clear how many units the rate is for.", "Give rate_per."),
    ("currency-rate-far", _B, "A rate is within a factor of 5 of the organization's.", "Check it, and rate_per."),
    ("currency-rate-off", _W, "A rate is within 10 % of the organization's.", "Check it."),
    ("customer-missing", _B, "A line on a control account names its customer or supplier.", "Give customer_id."),
    ("customer-unknown", _B, "The customer or supplier exists.", "Correct it, or make the customer first."),
    ("tax-code-unknown", _B, "The tax code is one of the organization's.", "Give the number of a tax code."),
    ("tax-id-for-number", _B, "A tax code is given by its number.", "Give the number; ids are the system's own."),
    ("tax-code-missing", _B, "It is said which tax code a line has.", "Write the tax code, or 0 for none."),
    ("tax-code-differs", _W, "The tax code is the account's own.", "Check it."),
    ("department-unknown", _B, "The department exists.", "Correct it, or make it first."),
    ("project-unknown", _B, "The project exists.", "Correct it, or make it first."),
    ("dimension-type-unknown", _B, "The dimension exists.", "Correct it, or make it first."),
    ("dimension-value-unknown", _B, "The dimension has the value.", "Correct it, or make it first."),
    ("invoice-number-too-long", _B, "An invoice number has at most 50 characters.", "Shorten it."),
    ("reference-too-long", _B, "A payment reference has at most 32 characters.", "Give the reference alone."),
    ("kid-check-digit", _W, "A payment reference is a KID: its last digit checks the others.", "Check it."),
    ("bank-account-check-digit", _W, "The last digit of a Norwegian bank account checks the others.", "Check it."),
    ("bank-account-of-customer", _W, "The bank account is the customer's own.", "Check it."),
    ("comment-too-long", _B, "A comment is no longer than the way of posting holds.", "Shorten it."),
    ("comment-long", _W, "A comment has at most 75 characters.", "Shorten it: reports may cut it."),
)
_OF_EACH_VOUCHER: Final = (
    ("too-few-entries", _B, "A voucher has at least two entries.", "Add the other side."),
    ("too-many-entries", _B, "A voucher has at most 1,000 entries.", "Split it."),
    ("type-unknown", _B, "The type of the voucher exists.", "Give the number of a type of the organization."),
    ("type-not-postable", _B, "The type's number is above 0; others are the system's own.", "Choose another type."),
    ("type-without-series", _B, "The type has a series that its vouchers are numbered in.", "Choose another type."),
    (
        "several-documents",
        _B,
        "A voucher has one document where the way of posting takes one.",
        "Give all its rows one.",
    ),
    ("unbalanced", _B, "Debit and credit of a voucher are equal, in the organization's currency.", "Correct it."),
    ("unbalanced-day", _B, "Debit and credit are equal on each date of a voucher.", "Balance each date."),
    ("unbalanced-currency", _B, "A voucher in one currency balances in it.", "Correct it."),
    (
        "vat-not-in-balance",
        _B,
        "In the ledger the VAT of each tax code stands on its account.",
        "Add or correct the line, or allow and ignore vatisnotinbalance.",
    ),
    (
        "vat-without-base",
        _B,
        "In the ledger no VAT stands without the line that it is of.",
        "Give that line its tax code, or allow and ignore vatismissingfoundation.",
    ),
    (
        "vat-by-hand",
        _W,
        "Where the vendor computes VAT, no line is on a VAT account.",
        "Check that it is not there twice.",
    ),
    ("voucher-twice", _W, "No two vouchers are the same but for their names.", "Check that it is not there twice."),
)
_OF_BUNDLE: Final = (
    ("two-years", _B, "All dates of a bundle lie in one fiscal year.", "Give each year a bundle of its own."),
    ("too-many-vouchers", _B, "A bundle has at most 100 vouchers.", "Split it by the column bundle."),
    ("request-too-large", _B, "A bundle is below 4 MB when it is sent.", "Split it by the column bundle."),
    (
        "invoice-twice",
        _B,
        "A customer's invoice number is there once.",
        "Correct it, or allow and ignore invoicealreadyexists.",
    ),
    (
        "invoice-in-ledger",
        _B,
        "The ledger has no such invoice of the customer yet.",
        "Check whether it is posted, or allow and ignore invoicealreadyexists.",
    ),
    ("link-alone", _B, "A link ties at least two entries, or one to a line of the ledger.", "Name the other entry."),
    ("link-differs", _B, "Entries that a link ties have the same customer and account.", "Correct the link."),
    ("link-across-bundles", _B, "A link stays within a bundle.", "Give its vouchers the same bundle."),
    (
        "links-not-offered",
        _B,
        "Only a way of posting that knows links is given some.",
        "Post over SOAP, or link later.",
    ),
    ("links-to-unknown", _B, "A ledger line that is linked to exists.", "Give the line_id of general_ledger."),
    ("links-to-closed", _B, "A ledger line that is linked to is open.", "Look at what settled it."),
    ("links-to-differs", _B, "A ledger line that is linked to has the same customer and account.", "Correct it."),
    ("links-to-twice", _B, "A ledger line is linked to once.", "Take one of them out."),
)
_OF_CALL: Final = (
    ("save-as-not-offered", _B, "The way of posting can save so.", "Choose another way, or another place."),
    ("ignored-warning-unknown", _B, "Only the vendor's four warnings can be ignored.", "Take it out."),
    (
        "ignored-warning-not-allowed",
        _B,
        "A warning is ignored only where the deployment allows it.",
        "Have it allowed.",
    ),
    ("ignored-warning-twice", _B, "A warning is named once.", "Take one of them out."),
    ("month-locked", _B, "The month and the VAT term are not locked.", "Have them opened."),
)

RULE_PARTS: Final = {
    "The table": _OF_TABLE,
    "Each entry": _OF_ENTRY,
    "Each voucher": _OF_EACH_VOUCHER,
    "Each bundle": _OF_BUNDLE,
    "The call": _OF_CALL,
}
RULES: Final = {row[0]: PostingRule(row[0], part, *row[1:]) for part, rows in RULE_PARTS.items() for row in rows}
# what is said where a finding has no figure or name of its own to say
WHAT_WAS_FOUND: Final = {
    "stray-blank": "There is a blank at its beginning or end.",
    "not-a-value": "It is a word for nothing.",
    "hidden-row": "The row is hidden.",
    "bool-as-number": "It is true or false.",
    "float-value": "It is a binary float.",
    "not-a-number": "It is no number.",
    "exponent": "The number has an exponent.",
    "thousands-separator": "The number has a separator of thousands.",
    "ambiguous-number": "The mark in it may be that of decimals or of thousands.",
    "too-many-decimals": "It has more than two decimals.",
    "not-whole": "The number is not whole.",
    "leading-zero": "The number begins with 0.",
    "id-as-number": "It is a number where text belongs.",
    "number-for-text": "It is a number where text belongs.",
    "not-a-day": "It is no day.",
    "day-with-time": "It has a time of day.",
    "day-with-zone": "It has a time zone.",
    "malformed-list": "It cannot be taken apart.",
    "bundle-missing": "The row names no bundle, and others do.",
    "scattered-voucher": "Rows of another voucher stand between its rows.",
    "control-character": "It holds a character that cannot be seen.",
}
WARNINGS_TO_IGNORE: Final = (
    "vatisnotinbalance",
    "vatismissingfoundation",
    "invoicealreadyexists",
    "customermismatchbankaccount",
)
