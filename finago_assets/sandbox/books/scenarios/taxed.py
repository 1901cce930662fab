"""VAT in all its ways: each rate in six terms, reverse charge, import, export, a part deductible, a turn of the year.

Owns those scenarios and what the return of each term owes to them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.sandbox.books.accounts import PAYABLE
from finago_assets.sandbox.books.scenarios.books import ScenarioBooks, kr
from finago_assets.sandbox.books.scenarios.model import Invoice, OpenItem, Sale, Scenario, Vat, VoucherEntry
from finago_assets.sandbox.books.scenarios.payables import bought
from finago_assets.sandbox.books.vat import term_of
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, VoucherType

if TYPE_CHECKING:
    from datetime import date

    from finago_assets.sandbox.books.parties import Party

# net, VAT, tax number, revenue account, VAT account of the till of each term
TILLS: Final = (
    ("10001.10", "2500.28", 3, 3000, 2700),
    ("7333.37", "1100.01", 31, 3010, 2701),
    ("4444.48", "533.34", 33, 3050, 2702),
    ("20002.22", "5000.56", 3, 3000, 2700),
    ("9999.99", "1500.00", 31, 3010, 2701),
    ("1234.56", "308.64", 3, 3000, 2700),
)
# net, VAT, tax number, cost account, VAT account
COSTS: Final = (
    ("1000.50", "250.13", 1, 6800, 2710),
    ("777.77", "116.67", 11, 4300, 2711),
    ("640.40", "76.85", 13, 7140, 2712),
    ("3000.30", "750.08", 1, 6800, 2710),
    ("55.55", "8.33", 11, 4300, 2711),
    ("9000.90", "2250.23", 1, 6540, 2710),
)


def _vat(day: date, code: int, direction: str, base: str, tax: str) -> Vat:
    return Vat(term=term_of(day), tax=code, direction=direction, base=kr(base), amount=kr(tax))


def six_terms(books: ScenarioBooks) -> Scenario:
    """A sale and a purchase for cash in each term, at every rate, with øre in both."""
    acts, figures = [], []
    for term, (sold, cost) in enumerate(zip(TILLS, COSTS, strict=True)):
        day = books.on(2 * term + 1, 28)
        net, vat, code, account, vat_account = sold
        gross = kr(net) + kr(vat)
        postings = (
            Posting(1920, gross),
            Posting(account, -kr(net), code),
            Posting(vat_account, -kr(vat), vat=code),
        )
        acts.append(VoucherEntry(day=day, kind=VoucherType.TILL, postings=postings))
        figures.append(_vat(day, code, "output", f"-{net}", f"-{vat}"))
        net, vat, code, account, vat_account = cost
        spent = (Posting(account, kr(net), code), Posting(vat_account, kr(vat), vat=code))
        postings = (*spent, Posting(1920, -kr(net) - kr(vat)))
        acts.append(VoucherEntry(day=day, kind=VoucherType.MANUAL, postings=postings))
        figures.append(_vat(day, code, "deductible", net, vat))
    return Scenario(
        name="six_terms",
        story="Sales and purchases at every rate in six VAT terms, øre everywhere.",
        acts=tuple(acts),
        vat=tuple(figures),
    )


def _enter_reverse_charge(
    day: date, party: Party, number: str, cost: tuple[int, int, int, int], accounts: tuple[int, int | None]
) -> VoucherEntry:
    """Return a purchase whose VAT the buyer reckons; without a deductible account it is a cost."""
    account, net, vat, code = cost
    ref = InvoiceRef(number, day)
    output, deductible = accounts
    last = (
        Posting(account, vat, None, party.id, ref)
        if deductible is None
        else Posting(deductible, vat, None, party.id, ref, vat=code)
    )
    postings = (
        Posting(account, net, code, party.id, ref),
        Posting(output, -vat, None, party.id, ref, vat=code),
        last,
        Posting(PAYABLE, -net, None, party.id, ref),
    )
    return VoucherEntry(day=day, kind=VoucherType.PURCHASE, postings=postings)


def reverse_charge(books: ScenarioBooks) -> Scenario:
    """86, 88 and 91 are two lines, one each way; 87 has no deduction and its VAT is a cost."""
    party, day = books.party("consultant"), books.on(3, 12)
    bills = (
        ("C-86", (6700, kr(20_000), kr(5_000), 86), (2703, 2713)),
        ("C-87", (6860, kr(8_000), kr(2_000), 87), (2703, None)),
        ("C-88", (7140, kr(5_000), kr(600), 88), (2703, 2713)),
        ("C-91", (6340, kr(10_000), kr(2_500), 91), (2705, 2715)),
    )
    owed = (("C-86", -20_000), ("C-87", -8_000), ("C-88", -5_000), ("C-91", -10_000))
    return Scenario(
        name="reverse_charge",
        story="Services and quotas from abroad, with deduction and without.",
        acts=tuple(_enter_reverse_charge(day, party, *bill) for bill in bills),
        items=tuple(
            OpenItem(
                as_of=books.on(3, 31),
                account=PAYABLE,
                party=party.id,
                invoice=number,
                due=day,
                original=kr(amount),
                open=kr(amount),
            )
            for number, amount in owed
        ),
        vat=(
            _vat(day, 86, "output", "20000", "-5000"),
            _vat(day, 86, "deductible", "20000", "5000"),
            _vat(day, 87, "output", "8000", "-2000"),
            _vat(day, 88, "output", "5000", "-600"),
            _vat(day, 88, "deductible", "5000", "600"),
            _vat(day, 91, "output", "10000", "-2500"),
            _vat(day, 91, "deductible", "10000", "2500"),
        ),
    )


def import_of_goods(books: ScenarioBooks) -> Scenario:
    """The supplier's invoice has no VAT; the customs value is another amount, reckoned over a contra account."""
    party, day, declared = books.party("importer"), books.on(5, 3), books.on(5, 31)
    ref = InvoiceRef("I-7000", books.on(6, 2))
    declaration = VoucherEntry(
        day=declared,
        kind=VoucherType.MANUAL,
        postings=(
            Posting(4391, kr(84_000), 81),
            Posting(4391, kr(10_000), 83),
            Posting(4392, kr(-94_000)),
            Posting(2704, kr(-21_000), vat=81),
            Posting(2714, kr(21_000), vat=81),
            Posting(2704, kr(-1_500), vat=83),
            Posting(2714, kr(1_500), vat=83),
        ),
    )
    item = OpenItem(
        as_of=declared,
        account=PAYABLE,
        party=party.id,
        invoice="I-7000",
        due=books.on(6, 2),
        original=kr(-90_000),
        open=kr(-90_000),
    )
    return Scenario(
        name="import_of_goods",
        story="Goods for 90,000 from abroad, customs values of 84,000 and, for food, 10,000.",
        acts=(bought(day, party, ref, (4330, kr(90_000), 21)), declaration),
        items=(item,),
        vat=(
            _vat(declared, 81, "output", "84000", "-21000"),
            _vat(declared, 81, "deductible", "84000", "21000"),
            _vat(declared, 83, "output", "10000", "-1500"),
            _vat(declared, 83, "deductible", "10000", "1500"),
        ),
    )


def export(books: ScenarioBooks) -> Scenario:
    """Sold abroad in kroner: a base and no VAT."""
    party = books.party("exported_to")
    sale = Sale(
        day=books.on(5, 14),
        order_id=600_012,
        number=90_012,
        party=party,
        net=kr(40_000),
        due=books.on(6, 13),
        tax=52,
        account=3120,
    )
    item = OpenItem(
        as_of=books.on(5, 31),
        account=1500,
        party=party.id,
        invoice="90012",
        due=sale.due,
        original=kr(40_000),
        open=kr(40_000),
    )
    return Scenario(
        name="export",
        story="Export of 40,000 at a rate of zero.",
        acts=(sale,),
        items=(item,),
        vat=(_vat(sale.day, 52, "output", "-40000", "0"),),
        invoices=(Invoice(number=90_012, status="open", net=kr(40_000), tax=0, open=kr(40_000)),),
    )


def partly_deductible(books: ScenarioBooks) -> Scenario:
    """25 % VAT of which 65 % may be deducted: a tax number of its own, the rest of the VAT is a cost."""
    party, day = books.party("half_private"), books.on(7, 9)
    ref = InvoiceRef("D-65", day)
    postings = (
        Posting(6540, kr(10_000), 65, party.id, ref),
        Posting(2716, kr(1_625), None, party.id, ref, vat=65),
        Posting(6540, kr(875), None, party.id, ref),
        Posting(PAYABLE, kr(-12_500), None, party.id, ref),
    )
    item = OpenItem(
        as_of=books.on(7, 31),
        account=PAYABLE,
        party=party.id,
        invoice="D-65",
        due=day,
        original=kr(-12_500),
        open=kr(-12_500),
    )
    return Scenario(
        name="partly_deductible",
        story="A purchase of 12,500 with 65 % of its VAT deductible.",
        acts=(VoucherEntry(day=day, kind=VoucherType.PURCHASE, postings=postings),),
        items=(item,),
        vat=(_vat(day, 65, "deductible", "10000", "1625"),),
    )


def turn_of_year(books: ScenarioBooks) -> Scenario:
    """Dated the last day of the twelfth month, in the period of the month after: the ledger's year, the next term."""
    party, period = books.party("new_year"), books.month(13)
    sale = Sale(
        day=books.on(12, 31),
        order_id=600_013,
        number=90_013,
        party=party,
        net=kr(10_000),
        due=books.on(13, 14),
        period=period,
    )
    item = OpenItem(
        as_of=books.on(12, 31),
        account=1500,
        party=party.id,
        invoice="90013",
        due=sale.due,
        original=kr(12_500),
        open=kr(12_500),
    )
    return Scenario(
        name="turn_of_year",
        story="An invoice of 12,500 dated 31 December in period January.",
        acts=(sale,),
        items=(item,),
        vat=(_vat(period, 3, "output", "-10000", "-2500"),),
        invoices=(Invoice(number=90_013, status="open", net=kr(10_000), tax=kr(2_500), open=kr(12_500)),),
    )


SCENARIOS: Final = (
    six_terms,
    reverse_charge,
    import_of_goods,
    export,
    partly_deductible,
    turn_of_year,
)
