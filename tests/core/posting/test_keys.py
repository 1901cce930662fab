"""The key of a bundle: the same for the same content, another for any other."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any, Final

import pytest

from finago_assets.core.posting.journal import Bundle, Entry, Journal, Voucher
from finago_assets.core.posting.keys import digest_journal, key_of

DAY: Final = dt.date(2026, 11, 30)
ENTRY: Final = Entry(2, 6300, DAY, Decimal("1250.50"), tax_number="0", comment="Rent")
BUNDLE: Final = Bundle("Nov", (Voucher("A", 9, (ENTRY, Entry(3, 1920, DAY, Decimal("-1250.50")))),))
# another value of every column
OTHER: Final[dict[str, Any]] = {
    "account_number": 6301,
    "date": dt.date(2026, 12, 1),
    "amount": Decimal("1250.51"),
    "currency_code": "EUR",
    "currency_rate": Decimal("11.5"),
    "rate_per": 100,
    "customer_id": 7,
    "tax_number": "1",
    "department": "1",
    "project": "1",
    "dimensions": ((101, "A"),),
    "invoice_number": "1",
    "payment_reference": "1",
    "due_date": DAY,
    "period_date": DAY,
    "comment": "rent",
    "document_id": 1,
    "bank_account": "1",
    "link": "L",
    "links_to": ("a",),
}


def with_first(entry: Entry) -> Bundle:
    (voucher,) = BUNDLE.vouchers
    return Bundle("Nov", (replace(voucher, entries=(entry, *voucher.entries[1:])),))


def test_the_key_is_the_one_that_was_given_before() -> None:
    # an outbox holds keys of this form: one that changes would let a journal be sent again
    assert key_of(BUNDLE, "o") == "5fe94b6a650f8d89ff620e86cbd82cd592df564699604727aae2b6d17a338e34"


def test_rows_in_another_order_and_amounts_of_another_scale_have_the_same_key() -> None:
    first, second = BUNDLE.vouchers[0].entries
    turned = Voucher("A", 9, (replace(second, row=1), replace(first, row=9, amount=Decimal("1250.5000"))))
    other = Voucher("B", 9, (first, second))

    assert key_of(Bundle("Nov", (turned,)), "o") == key_of(BUNDLE, "o")
    assert key_of(Bundle("Nov", (other, turned)), "o") == key_of(Bundle("Nov", (*BUNDLE.vouchers, other)), "o")


def test_every_column_is_part_of_the_key() -> None:
    assert set(OTHER) == {field.name for field in fields(Entry)} - {"row"}
    keys = {key_of(with_first(replace(ENTRY, **{name: value})), "o") for name, value in OTHER.items()}

    assert len(keys | {key_of(BUNDLE, "o")}) == len(OTHER) + 1


@pytest.mark.parametrize(
    "other",
    [
        Bundle("Dec", BUNDLE.vouchers),
        Bundle("Nov", (replace(BUNDLE.vouchers[0], name="B"),)),
        Bundle("Nov", (replace(BUNDLE.vouchers[0], transaction_type_number=8),)),
        Bundle("Nov", BUNDLE.vouchers * 2),
        with_first(replace(ENTRY, tax_number=None, comment="0")),
    ],
)
def test_another_content_has_another_key(other: Bundle) -> None:
    assert key_of(other, "o") != key_of(BUNDLE, "o")


def test_another_organization_has_another_key() -> None:
    assert key_of(BUNDLE, "p") != key_of(BUNDLE, "o")


def test_the_digest_of_a_journal_knows_neither_its_file_nor_the_order_of_bundles() -> None:
    other = replace(BUNDLE, name="Dec")

    assert digest_journal(Journal("a.csv", (BUNDLE, other)), "o") == digest_journal(Journal("b", (other, BUNDLE)), "o")
    assert digest_journal(Journal("a.csv", (BUNDLE,)), "o") != digest_journal(Journal("a.csv", (other,)), "o")
