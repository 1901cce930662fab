"""What was sent held against the ledger: to the øre, with what the server may move, and the setting that is wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from finago_assets.core.posting.compare import Comparison, LedgerVerdict, compare_with_ledger
from finago_assets.core.posting.facts import LineAmounts, PostingFacts, TaxIdentifier, TimestampZone, VatComputedBy
from finago_assets.core.posting.journal import LedgerLine
from finago_assets.core.posting.outbox_row import PostedContent
from finago_assets.core.windows import ONE_DAY
from tests.core.posting.small_journals import DAY, LISTS, bundle, entry, voucher

if TYPE_CHECKING:
    from finago_assets.core.posting.journal import Bundle

USUAL = PostingFacts()


def line(account: int, amount: str, number: int = 7, **said: Any) -> LedgerLine:
    return LedgerLine(f"{account}-{amount}", number, 9, said.pop("date", DAY), account, Decimal(amount), **said)


def compared(
    posted: Bundle, lines: list[LedgerLine], facts: PostingFacts = USUAL, *, computes_vat: bool = False
) -> Comparison:
    content = PostedContent(posted, list(LISTS.tax_codes.values()))
    numbers = range(7, 7 + len(posted.vouchers))
    return compare_with_ledger(content, numbers, lines, facts, computes_vat=computes_vat)


PLAIN = [line(6300, "100"), line(1920, "-100")]
TAXED = bundle(voucher(tax_number="1"))
SPLIT = [line(6300, "80", tax_number="1"), line(2740, "20"), line(1920, "-100")]
FOREIGN = bundle(
    replace(
        voucher(),
        entries=(
            entry(6300, "10", currency_code="EUR", currency_rate=Decimal("11.555"), rate_per=1),
            entry(1920, "-10", currency_code="EUR", currency_rate=Decimal("11.555"), rate_per=1),
        ),
    )
)


def foreign(amount: str, account: int = 6300) -> LedgerLine:
    return line(account, amount, currency_code="EUR", currency_rate=Decimal("11.555"), rate_per=1)


def test_the_same_is_the_same_and_nothing_is_absent() -> None:
    assert compared(bundle(), PLAIN) == Comparison(LedgerVerdict.SAME)
    assert compared(bundle(), []).verdict is LedgerVerdict.ABSENT


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([line(6300, "100.01"), line(1920, "-100.01")], "account 6300 on 2024-05-31: 100.00 was sent, 100.01 stands"),
        ([line(6300, "100"), line(4000, "-100")], "account 1920 on 2024-05-31: -100.00 was sent, nothing stands there"),
        ([*PLAIN, line(6300, "5"), line(4000, "-5")], "account 4000 on 2024-05-31: nothing was sent, -5.00 stands"),
        ([*PLAIN, *PLAIN], "100.00 was sent, 200.00 stands there"),
        ([line(6300, "100"), line(1920, "-100", date=DAY + ONE_DAY)], "account 1920 on 2024-06-01: nothing was sent"),
    ],
)
def test_an_ore_an_account_a_day_or_a_line_more_is_different(lines: list[LedgerLine], says: str) -> None:
    found = compared(bundle(), lines)
    assert found.verdict is LedgerVerdict.DIFFERENT
    assert says in found.sentence()


def test_a_part_of_a_bundle_is_different() -> None:
    found = compared(bundle(voucher("A"), voucher("B"), name="Two"), PLAIN)
    assert found.sentence() == "What stands there differs: voucher 'B' is not there"


def test_another_customers_line_is_different() -> None:
    posted = bundle(replace(voucher(), entries=(entry(6300, "100", customer_id=3), entry(1920, "-100"))))
    assert compared(posted, [line(6300, "100", customer_id=3), line(1920, "-100")]).verdict is LedgerVerdict.SAME
    assert "customer 3" in compared(posted, [line(6300, "100", customer_id=4), line(1920, "-100")]).sentence()


def test_vat_that_the_server_takes_out_is_no_difference() -> None:
    assert compared(TAXED, SPLIT, computes_vat=True) == Comparison(LedgerVerdict.SAME)


def test_vat_that_it_adds_both_ways_is_none_either() -> None:
    beside = [line(6300, "100", tax_number="1"), line(2740, "25"), line(2701, "-25"), line(1920, "-100")]
    assert compared(TAXED, beside, computes_vat=True).verdict is LedgerVerdict.SAME


def test_vat_explains_no_other_difference() -> None:
    wrong = [line(6300, "85", tax_number="1"), line(2740, "15"), line(1920, "-100")]
    assert compared(TAXED, wrong, computes_vat=True).verdict is LedgerVerdict.DIFFERENT
    unbalanced = [line(6300, "80", tax_number="1"), line(2740, "19"), line(1920, "-100")]
    assert compared(TAXED, unbalanced, computes_vat=True).verdict is LedgerVerdict.DIFFERENT


def test_vat_that_nobody_should_have_computed_is_named_with_its_setting() -> None:
    found = compared(TAXED, SPLIT)
    assert found.verdict is LedgerVerdict.DIFFERENT
    assert "set FINAGO_POSTING_LEDGER_VAT=server" in found.sentence()


def test_vat_that_the_server_did_not_compute_is_named_too() -> None:
    plain = [line(6300, "100", tax_number="1"), line(1920, "-100")]
    found = compared(TAXED, plain, PostingFacts(ledger_vat=VatComputedBy.SERVER), computes_vat=True)
    assert found.verdict is LedgerVerdict.SAME
    assert "set FINAGO_POSTING_LEDGER_VAT=sender" in found.sentence()


@pytest.mark.parametrize(
    ("fact", "amount", "hint"),
    [
        (LineAmounts.BASE, "115.55", ""),
        (LineAmounts.CURRENCY, "10", ""),
        (LineAmounts.BASE, "10", "set FINAGO_POSTING_AMOUNTS=currency"),
        (LineAmounts.CURRENCY, "115.55", "set FINAGO_POSTING_AMOUNTS=base"),
    ],
)
def test_amounts_read_in_the_wrong_currency_are_named(fact: LineAmounts, amount: str, hint: str) -> None:
    found = compared(FOREIGN, [foreign(amount), foreign(f"-{amount}", 1920)], PostingFacts(amounts=fact))
    assert found.verdict is LedgerVerdict.SAME
    assert hint in found.sentence()
    assert bool(found.hints) == bool(hint)


def test_days_that_come_out_a_day_early_are_named() -> None:
    found = compared(bundle(), [replace(one, date=DAY - ONE_DAY) for one in PLAIN])
    assert found.verdict is LedgerVerdict.DIFFERENT
    assert "Every line is a day early" in found.sentence()


@pytest.mark.parametrize(
    ("fact", "made", "hint"),
    [
        (TimestampZone.UTC, "2024-06-01T08:00:03", ""),
        (TimestampZone.OSLO, "2024-06-01T10:00:03", ""),
        (TimestampZone.UTC, "2024-06-01T10:00:03", "set FINAGO_POSTING_TIMESTAMPS=oslo"),
        (TimestampZone.OSLO, "2024-06-01T08:00:03", "set FINAGO_POSTING_TIMESTAMPS=utc"),
        (TimestampZone.OSLO, "2024-06-01T08:00:03+00:00", ""),
        (TimestampZone.UTC, "2024-06-03T08:00:03", ""),
    ],
)
def test_timestamps_in_another_zone_are_named(fact: TimestampZone, made: str, hint: str) -> None:
    lines = [replace(one, made_at=dt.datetime.fromisoformat(made)) for one in PLAIN]
    content = PostedContent(bundle(), list(LISTS.tax_codes.values()))
    sent = dt.datetime(2024, 6, 1, 8, tzinfo=dt.UTC)
    facts = PostingFacts(timestamps=fact)
    found = compare_with_ledger(content, [7], lines, facts, computes_vat=False, sent_at=sent)
    assert found.verdict is LedgerVerdict.SAME
    assert found.hints == (
        (f"The ledger shows that timestamps are in {hint[-4:].strip('=')}: {hint}.",) if hint else ()
    )


@pytest.mark.parametrize(
    ("fact", "stands", "hint"),
    [
        # code 5 has the id 8, code 1 the id 5: who takes 5 for an id books code 1
        (TaxIdentifier.NUMBER, "5", ""),
        (TaxIdentifier.NUMBER, "1", "set FINAGO_POSTING_TAX=id"),
        (TaxIdentifier.NUMBER, "0", "tax code 5 was sent, 0 stands"),
    ],
)
def test_a_tax_number_taken_for_an_id_is_named(fact: TaxIdentifier, stands: str, hint: str) -> None:
    lines = [line(6300, "100", tax_number=stands), line(1920, "-100")]
    found = compared(bundle(voucher(tax_number="5")), lines, PostingFacts(tax=fact))
    assert (found.verdict is LedgerVerdict.SAME) == (not hint)
    assert hint in found.sentence()


def test_a_tax_id_taken_for_a_number_is_named() -> None:
    # code 1 is sent by its id, 5, and booked as code 5
    lines = [line(6300, "100", tax_number="5"), line(1920, "-100")]
    found = compared(bundle(voucher(tax_number="1")), lines, PostingFacts(tax=TaxIdentifier.ID))
    assert found.verdict is LedgerVerdict.DIFFERENT
    assert "set FINAGO_POSTING_TAX=number" in found.sentence()
