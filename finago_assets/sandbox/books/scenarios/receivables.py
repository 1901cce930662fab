"""Customers who pay in part, too much, too early, by KID alone, in euro, or never.

Owns those scenarios and the open items and invoice states that follow.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import RECEIVABLE
from finago_assets.sandbox.books.ids import kid
from finago_assets.sandbox.books.scenarios.books import ScenarioBooks, kr
from finago_assets.sandbox.books.scenarios.model import (
    Invoice,
    MatchedBy,
    OpenItem,
    Sale,
    Scenario,
    Vat,
    VoucherEntry,
)
from finago_assets.sandbox.books.vat import term_of
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, VoucherType, abroad

if TYPE_CHECKING:
    from datetime import date


def receipt(day: date, sale: Sale, amount: int, ref: InvoiceRef | None = None) -> VoucherEntry:
    """Return the receipt of an invoice, on a line that carries its reference or another one."""
    paid = Posting(RECEIVABLE, -amount, customer=sale.party.id, invoice=ref or sale.ref)
    reference = ("ocr", sale.kid)
    return VoucherEntry(day=day, kind=VoucherType.RECEIPT, postings=(Posting(1920, amount), paid), reference=reference)


def item_of(sale: Sale, as_of: date, original: int, left: int) -> OpenItem:
    """Return the open item of an invoice as of a day."""
    return OpenItem(
        as_of=as_of,
        account=RECEIVABLE,
        party=sale.party.id,
        invoice=str(sale.number),
        due=sale.due,
        original=original,
        open=left,
    )


def sold(day: date, net: str, vat: str, code: int = 3) -> Vat:
    """Return the output VAT of a sale."""
    return Vat(term=term_of(day), tax=code, direction="output", base=kr(net), amount=kr(vat))


def partly_paid(books: ScenarioBooks) -> Scenario:
    """12,500 with 5,000 paid and a credit note of 2,500, which stays an item of its own."""
    party = books.party("part_payer")
    sale = Sale(day=books.on(1, 10), order_id=600_001, number=90_001, party=party, net=kr(10_000), due=books.on(1, 24))
    credit = Sale(day=books.on(2, 5), order_id=600_002, number=90_002, party=party, net=kr(-2_000), due=books.on(2, 5))
    return Scenario(
        name="partly_paid",
        story="Invoice 12,500, paid 5,000, credit note 2,500.",
        acts=(sale, receipt(books.on(1, 30), sale, kr(5_000)), credit),
        items=(
            item_of(sale, books.on(1, 15), kr(12_500), kr(12_500)),
            item_of(sale, books.on(1, 31), kr(12_500), kr(7_500)),
            item_of(sale, books.on(3, 31), kr(12_500), kr(7_500)),
            item_of(credit, books.on(3, 31), kr(-2_500), kr(-2_500)),
        ),
        vat=(sold(sale.day, "-10000", "-2500"), sold(credit.day, "2000", "500")),
        invoices=(
            Invoice(number=90_001, status="partly paid", net=kr(10_000), tax=kr(2_500), open=kr(7_500)),
            Invoice(number=90_002, status="credit", net=kr(-2_000), tax=kr(-500), open=kr(-2_500)),
        ),
    )


def overpaid(books: ScenarioBooks) -> Scenario:
    """1,250 paid with 1,500."""
    party = books.party("over_payer")
    sale = Sale(day=books.on(1, 15), order_id=600_003, number=90_003, party=party, net=kr(1_000), due=books.on(1, 29))
    return Scenario(
        name="overpaid",
        story="Invoice 1,250, paid 1,500.",
        acts=(sale, receipt(books.on(1, 29), sale, kr(1_500))),
        items=(
            item_of(sale, books.on(1, 28), kr(1_250), kr(1_250)),
            item_of(sale, books.on(1, 31), kr(1_250), kr(-250)),
        ),
        vat=(sold(sale.day, "-1000", "-250"),),
        invoices=(Invoice(number=90_003, status="overpaid", net=kr(1_000), tax=kr(250), open=kr(-250)),),
    )


def prepaid(books: ScenarioBooks) -> Scenario:
    """5,000 from a customer who says nothing about what for."""
    day, party = books.on(3, 5), books.party("early_payer").id
    line = Posting(RECEIVABLE, kr(-5_000), customer=party)
    item = OpenItem(
        as_of=books.on(3, 31),
        account=RECEIVABLE,
        party=party,
        invoice=None,
        due=day,
        original=kr(-5_000),
        open=kr(-5_000),
        matched_by=MatchedBy.LINE,
    )
    return Scenario(
        name="prepaid",
        story="5,000 received without a reference.",
        acts=(VoucherEntry(day=day, kind=VoucherType.RECEIPT, postings=(Posting(1920, kr(5_000)), line)),),
        items=(item,),
    )


def paid_by_kid(books: ScenarioBooks) -> Scenario:
    """The line of the receipt carries the KID of the invoice and not its number."""
    party = books.party("kid_payer")
    sale = Sale(day=books.on(2, 1), order_id=600_004, number=90_004, party=party, net=kr(2_000), due=books.on(2, 15))
    by_kid = receipt(books.on(2, 20), sale, kr(2_500), InvoiceRef(None, None, sale.kid))
    return Scenario(
        name="paid_by_kid",
        story="Invoice 2,500, paid on a line with the KID alone.",
        acts=(sale, by_kid),
        items=(
            item_of(sale, books.on(2, 19), kr(2_500), kr(2_500)),
            item_of(sale, books.on(2, 28), kr(2_500), 0),
        ),
        vat=(sold(sale.day, "-2000", "-500"),),
        invoices=(Invoice(number=90_004, status="paid", net=kr(2_000), tax=kr(500), open=0),),
    )


def bad_debt(books: ScenarioBooks) -> Scenario:
    """Written off in month 7: the loss is the net, and the VAT comes back as deductible."""
    party = books.party("bankrupt")
    sale = Sale(day=books.on(1, 20), order_id=600_005, number=90_005, party=party, net=kr(10_000), due=books.on(2, 3))
    lost = VoucherEntry(
        day=books.on(7, 31),
        kind=VoucherType.MANUAL,
        postings=(
            Posting(7830, kr(10_000), 1, party.id, sale.ref),
            Posting(2710, kr(2_500), None, party.id, sale.ref, vat=1),
            Posting(RECEIVABLE, kr(-12_500), None, party.id, sale.ref),
        ),
    )
    back = Vat(term=term_of(lost.day), tax=1, direction="deductible", base=kr(10_000), amount=kr(2_500))
    return Scenario(
        name="bad_debt",
        story="Invoice 12,500 lost, 2,500 of VAT back.",
        acts=(sale, lost),
        items=(
            item_of(sale, books.on(6, 30), kr(12_500), kr(12_500)),
            item_of(sale, books.on(7, 31), kr(12_500), 0),
        ),
        vat=(sold(sale.day, "-10000", "-2500"), back),
        invoices=(Invoice(number=90_005, status="paid", net=kr(10_000), tax=kr(2_500), open=0),),
    )


def euro_paid(books: ScenarioBooks) -> Scenario:
    """EUR 1,000 at 11.40, credited at the 11.60 of its payment; the 200 of difference are posted a month later."""
    party, paid_at = books.party("euro_customer"), Decimal("11.60")
    sale = Sale(
        day=books.on(2, 10),
        order_id=600_006,
        number=90_006,
        party=party,
        net=kr(1_000),
        due=books.on(3, 11),
        tax=52,
        account=3120,
        rate=Decimal("11.40"),
    )
    credited = abroad(RECEIVABLE, kr(-1_000), "EUR", paid_at, customer=party.id, invoice=sale.ref)
    paid = VoucherEntry(
        day=books.on(3, 15),
        kind=VoucherType.RECEIPT,
        postings=(abroad(1930, kr(1_000), "EUR", paid_at), credited),
        reference=("text", f"Invoice {sale.number}"),
    )
    rest = Posting(RECEIVABLE, kr(200), customer=party.id, invoice=sale.ref)
    posted = VoucherEntry(day=books.on(4, 30), kind=VoucherType.MANUAL, postings=(rest, Posting(8060, kr(-200))))

    def item(month: int, left: int, euros: int) -> OpenItem:
        return OpenItem(
            as_of=books.on(month, 31),
            account=RECEIVABLE,
            party=party.id,
            invoice=str(sale.number),
            due=sale.due,
            original=kr(11_400),
            open=left,
            currency="EUR",
            open_currency=euros,
        )

    return Scenario(
        name="euro_paid",
        story="EUR 1,000 at 11.40, paid at 11.60, the difference of 200 posted later.",
        acts=(sale, paid, posted),
        items=(item(2, kr(11_400), kr(1_000)), item(3, kr(-200), 0), item(4, 0, 0)),
        vat=(sold(sale.day, "-11400", "0", 52),),
        invoices=(Invoice(number=90_006, status="paid", net=kr(1_000), tax=0, open=0, currency="EUR"),),
    )


def kid_without_number(books: ScenarioBooks) -> Scenario:
    """A claim that has a KID and no invoice number, paid in part by that KID: one item, known by it."""
    party, due = books.party("numberless").id, books.on(6, 15)
    ref = InvoiceRef(None, due, kid(party, 90_100))
    claim = (Posting(RECEIVABLE, kr(1_000), None, party, ref), Posting(3200, kr(-1_000), 6, party, ref))
    part = (Posting(1920, kr(400)), Posting(RECEIVABLE, kr(-400), None, party, InvoiceRef(None, None, ref.kid)))
    item = OpenItem(
        as_of=books.on(6, 30),
        account=RECEIVABLE,
        party=party,
        invoice=None,
        due=due,
        original=kr(1_000),
        open=kr(600),
        matched_by=MatchedBy.KID,
    )
    return Scenario(
        name="kid_without_number",
        story="A claim of 1,000 with a KID alone, 400 of it paid.",
        acts=(
            VoucherEntry(day=books.on(6, 1), kind=VoucherType.MANUAL, postings=claim),
            VoucherEntry(
                day=books.on(6, 16), kind=VoucherType.RECEIPT, postings=part, reference=("ocr", ref.kid or "")
            ),
        ),
        items=(item,),
        vat=(sold(books.on(6, 1), "-1000", "0", 6),),
    )


SCENARIOS: Final = (partly_paid, overpaid, prepaid, paid_by_kid, kid_without_number, bad_debt, euro_paid)
