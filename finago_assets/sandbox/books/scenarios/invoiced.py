"""Invoices with something to them: a later due date, money still in the bank, a card, an advance, or no order at all.

Owns those scenarios.
"""

from __future__ import annotations

from typing import Final

from finago_assets.sandbox.books.accounts import RECEIVABLE
from finago_assets.sandbox.books.order_book import CARD_METHOD
from finago_assets.sandbox.books.orders import Status
from finago_assets.sandbox.books.scenarios.books import ScenarioBooks, kr
from finago_assets.sandbox.books.scenarios.model import (
    BankMatch,
    BankOnly,
    Invoice,
    MoveDue,
    OpenItem,
    Sale,
    Scenario,
    VoucherEntry,
)
from finago_assets.sandbox.books.scenarios.receivables import item_of, sold
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, VoucherType


def moved_due_date(books: ScenarioBooks) -> Scenario:
    """Due in March, then moved to May: the first date cannot be known any more."""
    party, moved = books.party("given_time"), books.on(5, 31)
    sale = Sale(day=books.on(3, 1), order_id=600_007, number=90_007, party=party, net=kr(4_000), due=books.on(3, 15))

    def item(month: int) -> OpenItem:
        return OpenItem(
            as_of=books.on(month, 31),
            account=RECEIVABLE,
            party=party.id,
            invoice=str(sale.number),
            due=moved,
            original=kr(5_000),
            open=kr(5_000),
        )

    return Scenario(
        name="moved_due_date",
        story="Invoice 5,000, due date moved by more than two months.",
        acts=(sale, MoveDue(day=books.on(3, 20), number=sale.number, to=moved)),
        items=(item(3), item(4), item(6)),
        vat=(sold(sale.day, "-4000", "-1000"),),
        invoices=(Invoice(number=90_007, status="open", net=kr(4_000), tax=kr(1_000), open=kr(5_000)),),
    )


def unposted_receipt(books: ScenarioBooks) -> Scenario:
    """The bank has the money and the ledger does not know yet: a suggestion, and nothing less open."""
    party, day = books.party("bank_payer"), books.on(6, 20)
    sale = Sale(
        day=books.on(6, 3),
        order_id=600_008,
        number=90_008,
        party=party,
        net=kr(3_000),
        due=books.on(6, 17),
        mod11=True,
    )
    match = BankMatch(day=day, amount=kr(3_750), number=str(sale.number), reference=sale.kid)
    return Scenario(
        name="unposted_receipt",
        story="Invoice 3,750, paid into the bank by a KID of mod 11, not posted.",
        acts=(sale, BankOnly(day=day, amount=kr(3_750), reference=("ocr", sale.kid))),
        items=(item_of(sale, books.on(6, 30), kr(3_750), kr(3_750)),),
        vat=(sold(sale.day, "-3000", "-750"),),
        invoices=(Invoice(number=90_008, status="open", net=kr(3_000), tax=kr(750), open=kr(3_750)),),
        matches=(match,),
    )


def paid_by_card(books: ScenarioBooks) -> Scenario:
    """A payment method settles the invoice the day it is made."""
    party = books.party("card_payer")
    sale = Sale(
        day=books.on(4, 8),
        order_id=600_009,
        number=90_009,
        party=party,
        net=kr(1_500),
        due=books.on(4, 22),
        payment_method=CARD_METHOD,
    )
    settled = Posting(RECEIVABLE, kr(-1_875), customer=party.id, invoice=sale.ref)
    return Scenario(
        name="paid_by_card",
        story="Invoice 1,875 with a payment method.",
        acts=(
            sale,
            VoucherEntry(day=sale.day, kind=VoucherType.RECEIPT, postings=(Posting(1575, kr(1_875)), settled)),
        ),
        items=(item_of(sale, books.on(4, 30), kr(1_875), 0),),
        vat=(sold(sale.day, "-1500", "-375"),),
        invoices=(Invoice(number=90_009, status="paid", net=kr(1_500), tax=kr(375), open=0),),
    )


def invoiced_in_advance(books: ScenarioBooks) -> Scenario:
    """An AdvanceInvoice: VAT now, the revenue waits on a liability account."""
    party = books.party("in_advance")
    sale = Sale(
        day=books.on(5, 6),
        order_id=600_010,
        number=90_010,
        party=party,
        net=kr(5_000),
        due=books.on(5, 20),
        status=Status.ADVANCE_INVOICE,
    )
    return Scenario(
        name="invoiced_in_advance",
        story="Advance invoice 6,250, open.",
        acts=(sale,),
        items=(item_of(sale, books.on(5, 31), kr(6_250), kr(6_250)),),
        vat=(sold(sale.day, "-5000", "-1250"),),
        invoices=(Invoice(number=90_010, status="open", net=kr(5_000), tax=kr(1_250), open=kr(6_250)),),
    )


def ledger_only(books: ScenarioBooks) -> Scenario:
    """An invoice typed straight into the ledger: an open item, and no order to be found."""
    party, day = books.party("by_hand").id, books.on(4, 15)
    ref = InvoiceRef("M-1001", books.on(4, 30))
    entry = VoucherEntry(
        day=day,
        kind=VoucherType.MANUAL,
        postings=(
            Posting(RECEIVABLE, kr(3_125), None, party, ref),
            Posting(3000, kr(-2_500), 3, party, ref),
            Posting(2700, kr(-625), None, party, ref, vat=3),
        ),
    )
    item = OpenItem(
        as_of=books.on(5, 31),
        account=RECEIVABLE,
        party=party,
        invoice="M-1001",
        due=books.on(4, 30),
        original=kr(3_125),
        open=kr(3_125),
    )
    return Scenario(
        name="ledger_only",
        story="Invoice 3,125 without an order.",
        acts=(entry,),
        items=(item,),
        vat=(sold(day, "-2500", "-625"),),
    )


SCENARIOS: Final = (moved_due_date, unposted_receipt, paid_by_card, invoiced_in_advance, ledger_only)
