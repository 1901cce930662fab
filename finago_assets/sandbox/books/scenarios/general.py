"""What has no party or no VAT: the opening, insurance over a year, wages, costs by dimension.

Owns those scenarios.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from finago_assets.sandbox.books.accounts import PAYABLE
from finago_assets.sandbox.books.dimensions import DEPARTMENT, EMPLOYEE, PROJECT
from finago_assets.sandbox.books.scenarios.books import ScenarioBooks, kr
from finago_assets.sandbox.books.scenarios.model import DimensionTotal, MatchedBy, OpenItem, Scenario, Vat, VoucherEntry
from finago_assets.sandbox.books.scenarios.payables import paid
from finago_assets.sandbox.books.vat import term_of
from finago_assets.sandbox.books.vouchers import InvoiceRef, Posting, VoucherType

MONTHS: Final = 12


def opening(books: ScenarioBooks) -> Scenario:
    """Control accounts open without detail the day before the start; one of the old invoices is paid later."""
    day = books.plan.start - timedelta(days=1)
    party, ref = books.party("old_customer").id, InvoiceRef("8801", None)
    paid_on, as_of = books.on(2, 12), books.on(2, 28)
    opened = VoucherEntry(
        day=day,
        kind=VoucherType.OPENING,
        postings=(Posting(1500, kr(80_000)), Posting(PAYABLE, kr(-30_000)), Posting(2050, kr(-50_000))),
    )
    receipt = VoucherEntry(
        day=paid_on,
        kind=VoucherType.RECEIPT,
        postings=(Posting(1920, kr(30_000)), Posting(1500, kr(-30_000), None, party, ref)),
    )
    amounts = {1500: kr(80_000), PAYABLE: kr(-30_000)}
    items = [
        OpenItem(
            as_of=as_of,
            account=account,
            party=None,
            invoice=None,
            due=day,
            original=amount,
            open=amount,
            matched_by=MatchedBy.OPENING,
        )
        for account, amount in amounts.items()
    ]
    old = OpenItem(
        as_of=as_of,
        account=1500,
        party=party,
        invoice="8801",
        due=paid_on,
        original=kr(-30_000),
        open=kr(-30_000),
    )
    return Scenario(
        name="opening",
        story="Receivables 80,000 and payables 30,000 from before, 30,000 of them received.",
        acts=(opened, receipt),
        items=(*items, old),
    )


def insurance(books: ScenarioBooks) -> Scenario:
    """12,000 paid at once, 1,000 a month as a cost: account 1700 is empty after the twelfth."""
    party, day = books.party("insurer"), books.on(1, 2)
    ref = InvoiceRef("F-1201", books.on(1, 16))
    bill = VoucherEntry(
        day=day,
        kind=VoucherType.PURCHASE,
        postings=(Posting(1700, kr(12_000), 0, party.id, ref), Posting(PAYABLE, kr(-12_000), None, party.id, ref)),
    )
    monthly = tuple(
        VoucherEntry(
            day=books.on(month, 31),
            kind=VoucherType.MANUAL,
            period=books.on(month, 31),
            postings=(Posting(7500, kr(1_000)), Posting(1700, kr(-1_000))),
        )
        for month in range(1, MONTHS + 1)
    )
    item = OpenItem(
        as_of=books.on(1, 31),
        account=PAYABLE,
        party=party.id,
        invoice="F-1201",
        due=books.on(1, 16),
        original=kr(-12_000),
        open=0,
    )
    return Scenario(
        name="insurance",
        story="Insurance of 12,000 over twelve months.",
        acts=(bill, paid(books.on(1, 16), party, ref, kr(12_000)), *monthly),
        items=(item,),
    )


def subscription(books: ScenarioBooks) -> Scenario:
    """3,000 posted on one day, a third of it in the period of each of three months: dates and periods part ways."""
    day = books.on(8, 5)
    thirds = tuple(
        VoucherEntry(
            day=day,
            kind=VoucherType.MANUAL,
            period=books.on(month, 1),
            postings=(Posting(6860, kr(1_000), 0), Posting(1920, kr(-1_000))),
        )
        for month in (8, 9, 10)
    )
    return Scenario(name="subscription", story="3,000 on one day, in three periods.", acts=thirds)


def payroll(books: ScenarioBooks) -> Scenario:
    """A bonus: tax withheld, employer's contribution and holiday pay accrued."""
    where = ((DEPARTMENT, "10"), (EMPLOYEE, "1"))
    entry = VoucherEntry(
        day=books.on(3, 21),
        kind=VoucherType.PAYROLL,
        postings=(
            Posting(5000, kr(50_000), dimensions=where),
            Posting(2600, kr(-16_500)),
            Posting(1920, kr(-33_500)),
            Posting(5400, kr(7_050)),
            Posting(2770, kr(-7_050)),
            Posting(5180, kr(6_000)),
            Posting(2940, kr(-6_000)),
            Posting(5405, kr(846)),
            Posting(2780, kr(-846)),
        ),
    )
    month = books.month(3)
    return Scenario(
        name="payroll",
        story="Wages of 50,000 with what follows from them.",
        acts=(entry,),
        dimensions=(
            DimensionTotal(month=month, account=5000, kind=DEPARTMENT, value="10", change=kr(50_000)),
            DimensionTotal(month=month, account=5000, kind=EMPLOYEE, value="1", change=kr(50_000)),
            DimensionTotal(month=month, account=5400, kind=DEPARTMENT, value=None, change=kr(7_050)),
        ),
    )


def by_dimension(books: ScenarioBooks) -> Scenario:
    """Costs on projects and departments, some lines with both, one with neither."""
    campaign, meeting = 7320, 6860
    day, month = books.on(6, 10), books.month(6)
    entry = VoucherEntry(
        day=day,
        kind=VoucherType.MANUAL,
        postings=(
            Posting(campaign, kr(9_000), 0, dimensions=((PROJECT, "P100"), (DEPARTMENT, "20"))),
            Posting(campaign, kr(3_000), 0),
            Posting(campaign, kr(-500), 0, dimensions=((PROJECT, "P100"),)),
            Posting(meeting, kr(1_500), 0, dimensions=((PROJECT, "P101"),)),
            Posting(1920, kr(-13_000)),
        ),
    )
    totals = (
        (campaign, PROJECT, "P100", 8_500),
        (campaign, PROJECT, None, 3_000),
        (campaign, DEPARTMENT, "20", 9_000),
        (campaign, DEPARTMENT, None, 2_500),
        (meeting, PROJECT, "P101", 1_500),
        (meeting, DEPARTMENT, None, 1_500),
        (1920, PROJECT, None, -13_000),
    )
    return Scenario(
        name="by_dimension",
        story="13,000 of costs by project and department.",
        acts=(entry,),
        dimensions=tuple(
            DimensionTotal(month=month, account=account, kind=kind, value=value, change=kr(change))
            for account, kind, value, change in totals
        ),
    )


def two_years(books: ScenarioBooks) -> Scenario:
    """Income in a year that will be closed and in one that stays open, outside VAT and exempt from it."""
    closed, left_open = books.on(11, 15), books.on(14, 15)
    sales = ((closed, 3200, 6, kr(250_000)), (left_open, 3100, 5, kr(40_000)))
    return Scenario(
        name="two_years",
        story="Income of 250,000 in the first year and of 40,000 in the second.",
        acts=tuple(
            VoucherEntry(
                day=day, kind=VoucherType.TILL, postings=(Posting(1920, amount), Posting(account, -amount, code))
            )
            for day, account, code, amount in sales
        ),
        vat=tuple(
            Vat(term=term_of(day), tax=code, direction="output", base=-amount, amount=0)
            for day, _, code, amount in sales
        ),
    )


SCENARIOS: Final = (opening, insurance, subscription, payroll, by_dimension, two_years)
