"""Suppliers: one who is a customer too, two with the same invoice number, an invoice that is sent back, one in euro.

Owns those scenarios and the shape of a supplier's invoice.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import PAYABLE
from finago_assets.sandbox.books.money import share
from finago_assets.sandbox.books.scenarios.books import ScenarioBooks, kr
from finago_assets.sandbox.books.scenarios.model import Invoice, OpenItem, Sale, Scenario, Vat, VoucherEntry
from finago_assets.sandbox.books.taxes import TAXES
from finago_assets.sandbox.books.vat import term_of
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, VoucherType, abroad

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.sandbox.books.parties import Party


def bought(
    day: date, party: Party, ref: InvoiceRef, cost: tuple[int, int, int], typed: date | None = None
) -> VoucherEntry:
    """Return a supplier's invoice at home: `cost` is account, net and tax number; a negative net sends it back."""
    account, net, code = cost
    tax = TAXES[code]
    vat = share(net, tax.rate)
    base = Posting(account, net, code, party.id, ref)
    split = () if tax.account is None else (Posting(tax.account, vat, None, party.id, ref, vat=code),)
    owed = Posting(PAYABLE, -net - (vat if split else 0), None, party.id, ref)
    return VoucherEntry(day=day, kind=VoucherType.PURCHASE, postings=(base, *split, owed), typed=typed)


def paid(day: date, party: Party, ref: InvoiceRef, amount: int) -> VoucherEntry:
    """Return the payment of a supplier's invoice at home."""
    postings = (Posting(PAYABLE, amount, None, party.id, ref), Posting(1920, -amount))
    return VoucherEntry(day=day, kind=VoucherType.PAYMENT, postings=postings)


def deducted(day: date, net: str, vat: str, code: int = 1, *, late: bool = False) -> Vat:
    """Return the deductible VAT of a purchase."""
    return Vat(term=term_of(day), tax=code, direction="deductible", base=kr(net), amount=kr(vat), late=late)


def _owed(as_of: date, party: Party, ref: InvoiceRef, original: int, left: int) -> OpenItem:
    due = ref.due or as_of
    return OpenItem(
        as_of=as_of, account=PAYABLE, party=party.id, invoice=ref.number, due=due, original=original, open=left
    )


def customer_and_supplier(books: ScenarioBooks) -> Scenario:
    """Owes us 6,250 and is owed 10,000: two items on two ledgers, whatever the flag says."""
    party = books.party("both_ways")
    sale = Sale(day=books.on(4, 3), order_id=600_011, number=90_011, party=party, net=kr(5_000), due=books.on(4, 17))
    ref = InvoiceRef("B-55", books.on(5, 10))
    owing = OpenItem(
        as_of=books.on(4, 30),
        account=1500,
        party=party.id,
        invoice="90011",
        due=sale.due,
        original=kr(6_250),
        open=kr(6_250),
    )
    return Scenario(
        name="customer_and_supplier",
        story="One party, a receivable of 6,250 and a payable of 10,000, never netted.",
        acts=(sale, bought(books.on(4, 10), party, ref, (6800, kr(8_000), 1))),
        items=(owing, _owed(books.on(4, 30), party, ref, kr(-10_000), kr(-10_000))),
        vat=(
            Vat(term=term_of(sale.day), tax=3, direction="output", base=kr(-5_000), amount=kr(-1_250)),
            deducted(books.on(4, 10), "8000", "2000"),
        ),
        invoices=(Invoice(number=90_011, status="open", net=kr(5_000), tax=kr(1_250), open=kr(6_250)),),
    )


def same_invoice_number(books: ScenarioBooks) -> Scenario:
    """Two suppliers call their invoices 2024-77; one of them is paid."""
    one, two = books.party("namesake_one"), books.party("namesake_two")
    first, second = InvoiceRef("2024-77", books.on(5, 16)), InvoiceRef("2024-77", books.on(5, 20))
    return Scenario(
        name="same_invoice_number",
        story="Suppliers of 1,250 and 3,750 with one invoice number; the first is paid.",
        acts=(
            bought(books.on(5, 2), one, first, (6540, kr(1_000), 1)),
            bought(books.on(5, 6), two, second, (6540, kr(3_000), 1)),
            paid(books.on(5, 20), one, first, kr(1_250)),
        ),
        items=(
            _owed(books.on(5, 15), one, first, kr(-1_250), kr(-1_250)),
            _owed(books.on(5, 15), two, second, kr(-3_750), kr(-3_750)),
            _owed(books.on(5, 31), one, first, kr(-1_250), 0),
            _owed(books.on(5, 31), two, second, kr(-3_750), kr(-3_750)),
        ),
        vat=(deducted(books.on(5, 2), "1000", "250"), deducted(books.on(5, 6), "3000", "750")),
    )


def reversed_next_term(books: ScenarioBooks) -> Scenario:
    """Bought in one VAT term, sent back in the next."""
    party, ref = books.party("returned_to"), InvoiceRef("R-310", books.on(3, 20))
    return Scenario(
        name="reversed_next_term",
        story="A purchase of 10,000, reversed in the next term.",
        acts=(
            bought(books.on(2, 20), party, ref, (6540, kr(8_000), 1)),
            bought(books.on(3, 3), party, ref, (6540, kr(-8_000), 1)),
        ),
        items=(
            _owed(books.on(2, 28), party, ref, kr(-10_000), kr(-10_000)),
            _owed(books.on(3, 31), party, ref, kr(-10_000), 0),
        ),
        vat=(deducted(books.on(2, 20), "8000", "2000"), deducted(books.on(3, 3), "-8000", "-2000")),
    )


def typed_late(books: ScenarioBooks) -> Scenario:
    """Dated in the first term, typed in after that term was settled: it is late there, and settled with a later one."""
    party, ref = books.party("latecomer"), InvoiceRef("S-9", books.on(3, 26))
    return Scenario(
        name="typed_late",
        story="A purchase of 5,000 dated before a settlement and created after it.",
        acts=(bought(books.on(2, 25), party, ref, (6340, kr(4_000), 1), typed=books.on(5, 10)),),
        items=(_owed(books.on(2, 28), party, ref, kr(-5_000), kr(-5_000)),),
        vat=(deducted(books.on(2, 25), "4000", "1000", late=True),),
    )


def euro_bought(books: ScenarioBooks) -> Scenario:
    """EUR 500 at 11.20 paid at 11.50 in one voucher: two rates and the loss between them, and code 86 both ways."""
    party, then, now = books.party("euro_supplier"), Decimal("11.20"), Decimal("11.50")
    ref = InvoiceRef("DE-2001", books.on(3, 10))
    debt = abroad(PAYABLE, kr(-500), "EUR", then, customer=party.id, invoice=ref)
    settled = abroad(PAYABLE, kr(500), "EUR", then, customer=party.id, invoice=ref)
    service = (
        abroad(6800, kr(500), "EUR", then, tax=86, customer=party.id, invoice=ref),
        Posting(2713, kr(1_400), None, party.id, ref, vat=86),
        Posting(2703, kr(-1_400), None, party.id, ref, vat=86),
        debt,
    )
    payment = (settled, abroad(1930, kr(-500), "EUR", now), Posting(8160, kr(150)))

    def item(month: int, left: int, euros: int) -> OpenItem:
        return OpenItem(
            as_of=books.on(month, 31),
            account=PAYABLE,
            party=party.id,
            invoice=ref.number,
            due=books.on(3, 10),
            original=kr(-5_600),
            open=left,
            currency="EUR",
            open_currency=euros,
        )

    return Scenario(
        name="euro_bought",
        story="Services for EUR 500 at 11.20, paid at 11.50.",
        acts=(
            VoucherEntry(day=books.on(2, 15), kind=VoucherType.PURCHASE, postings=service),
            VoucherEntry(day=books.on(3, 10), kind=VoucherType.PAYMENT, postings=payment),
        ),
        items=(item(2, kr(-5_600), kr(-500)), item(3, 0, 0)),
        vat=(
            Vat(term=term_of(books.on(2, 15)), tax=86, direction="output", base=kr(5_600), amount=kr(-1_400)),
            Vat(term=term_of(books.on(2, 15)), tax=86, direction="deductible", base=kr(5_600), amount=kr(1_400)),
        ),
    )


SCENARIOS: Final = (customer_and_supplier, same_invoice_number, reversed_next_term, typed_late, euro_bought)
