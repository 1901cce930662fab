"""What the API leaves open: each mode changes what it is named after and nothing else, least of all a balance."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from finago_assets.sandbox.books.company import Books, keep_books
from finago_assets.sandbox.books.money import rounded
from finago_assets.sandbox.books.plan import BooksPlan, Incoming, Modes, Size
from finago_assets.sandbox.books.taxes import SETTLEMENT, TAXES, VAT_ACCOUNTS
from tests.sandbox.ledger_lines import Line, Reader, month, read
from tests.sandbox_server import Caller

if TYPE_CHECKING:
    from tests.sandbox_server import StartSandbox

PLAN = BooksPlan(size=Size.TINY, scenarios=True)
MODES = {
    "as they come": Modes(),
    "coded VAT lines": Modes(tax_on_vat_lines=True),
    "gross base": Modes(gross_base=True),
    "foreign amounts": Modes(foreign_amounts=True),
    "rates per hundred": Modes(per_hundred=("EUR",)),
    "foreign, per hundred, gross, coded": Modes(
        tax_on_vat_lines=True, gross_base=True, foreign_amounts=True, per_hundred=("EUR",)
    ),
}
IDS = {tax.id: tax for tax in TAXES.values()}


@pytest.fixture(scope="module", params=list(MODES.values()), ids=list(MODES))
def books(request: pytest.FixtureRequest) -> Books:
    modes: Modes = request.param
    return keep_books(replace(PLAN, modes=modes))


@pytest.fixture(scope="module")
def plain() -> Books:
    return keep_books(PLAN)


def _reader(books: Books) -> Reader:
    modes = books.plan.modes
    return Reader(modes.foreign_amounts, modes.per_hundred)


def _net_effect(books: Books) -> Counter[tuple[str, int, date]]:
    found: Counter[tuple[str, int, date]] = Counter()
    ore = _reader(books).ore
    for line in read(books):
        found[line.transaction["id"], line.account["number"], month(line)] += ore(line)
    return found


def test_every_mode_moves_every_account_as_all_the_others_do(books: Books, plain: Books) -> None:
    assert books.ledger.by_date == plain.ledger.by_date
    assert books.ledger.by_period == plain.ledger.by_period
    assert _net_effect(books) == _net_effect(plain)
    assert books.journal.vat.figures == plain.journal.vat.figures


def test_every_voucher_sums_to_zero_in_the_base_currency(books: Books) -> None:
    sums: Counter[tuple[str, str]] = Counter()
    ore = _reader(books).ore
    for line in read(books):
        sums[line.transaction["id"], line.date] += ore(line)
    assert len(sums) > 200
    assert set(sums.values()) == {0}


def test_the_base_gives_the_posted_vat_back_for_every_voucher_and_code(books: Books) -> None:
    """Net: base x rate. Gross: base x rate / (1 + rate), save where the buyer reckons the VAT."""
    gross, ore = books.plan.modes.gross_base, _reader(books).ore
    base: Counter[tuple[str, int]] = Counter()
    posted: Counter[str] = Counter()
    settled = set()
    for line in read(books):
        voucher, account = line.transaction["id"], line.account["number"]
        if account == SETTLEMENT:
            settled.add(voucher)
        if account in VAT_ACCOUNTS:
            posted[voucher] += ore(line)
        elif line.tax is not None:
            base[voucher, line.tax["id"]] += ore(line)
    reckoned: Counter[str] = Counter()
    for (voucher, tax_id), amount in base.items():
        tax = IDS[tax_id]
        if tax.account is not None:
            rate = tax.rate / (100 + tax.rate) if gross else tax.rate / 100
            reckoned[voucher] += rounded(amount * rate)
        elif tax.is_reverse and tax.deductible is None:
            reckoned[voucher] -= rounded(amount * tax.rate / 100)
    assert {voucher: ore for voucher, ore in reckoned.items() if ore} == {
        voucher: ore for voucher, ore in posted.items() if ore and voucher not in settled
    }


def _lines(modes: Modes) -> list[Line]:
    return read(keep_books(replace(PLAN, modes=modes)))


def test_coding_vat_lines_changes_the_code_of_vat_lines_alone(plain: Books) -> None:
    coded = _lines(Modes(tax_on_vat_lines=True))
    before = read(plain)
    assert len(coded) == len(before)
    changed = [(old, new) for old, new in zip(before, coded, strict=True) if old != new]
    assert len(changed) > 50
    settlements = {line.transaction["id"] for line in before if line.account["number"] == SETTLEMENT}
    for old, new in changed:
        assert new.account["number"] in VAT_ACCOUNTS
        assert old.tax is None
        assert new.tax is not None
        account = new.account["number"]
        assert account in (IDS[new.tax["id"]].output, IDS[new.tax["id"]].deductible)
    still = [line for line in coded if line.account["number"] in VAT_ACCOUNTS and line.tax is None]
    assert {line.transaction["id"] for line in still} <= settlements


def test_gross_lines_are_taken_back_on_their_own_account_without_a_code(plain: Books) -> None:
    gross = _lines(Modes(gross_base=True))
    extra = len(gross) - len(read(plain))
    assert extra > 50
    by_voucher: dict[str, list[Line]] = defaultdict(list)
    for line in gross:
        by_voucher[line.transaction["id"]].append(line)
    sale = next(found for found in by_voucher.values() if any(line.comment == "ledger_only" for line in found))
    assert [(line.account["number"], line.amount, line.tax is not None) for line in sale] == [
        (1500, Decimal(3125), False),
        (3000, Decimal(-3125), True),
        (3000, Decimal(625), False),
        (2700, Decimal(-625), False),
    ]
    (cost, *rest) = (line for line in gross if line.comment == "reverse_charge" and line.account["number"] == 6700)
    assert (cost.amount, rest) == (Decimal(20_000), [])


def test_foreign_amounts_change_the_amounts_of_foreign_lines_alone(plain: Books) -> None:
    pairs = list(zip(read(plain), _lines(Modes(foreign_amounts=True)), strict=True))
    changed = [(old, new) for old, new in pairs if old != new]
    assert len(changed) > 10
    for old, new in changed:
        assert old.currency == new.currency
        assert old.currency["code"] == "EUR"
        assert rounded(new.amount * Decimal(str(new.currency["rate"])) * 100) == old.amount * 100
    euros = [new for _, new in changed if new.comment == "euro_paid"]
    assert [line.amount for line in euros] == [1000, -1000, 1000, -1000]
    assert sum(old.currency["code"] == "EUR" for old, _ in pairs) == len(changed)


def test_vouchers_that_mix_rates_balance_in_one_reading_alone(plain: Books) -> None:
    """The evidence for what `amount` is in: at one rate a voucher balances either way."""
    by_voucher: dict[str, list[Line]] = defaultdict(list)
    for line in read(plain):
        by_voucher[line.transaction["id"]].append(line)
    mixed = [found for found in by_voucher.values() if len({line.currency["rate"] for line in found}) > 1]
    witnesses = [found for found in mixed if sum(map(Reader(foreign_amounts=True).ore, found)) != 0]
    assert {line.comment for found in witnesses for line in found} >= {"euro_bought"}
    assert all(sum(map(Reader().ore, found)) == 0 for found in mixed)


def test_rates_per_hundred_are_quoted_wherever_a_rate_is(start_sandbox: StartSandbox) -> None:
    plain = Caller(start_sandbox(scenarios=True))
    hundred = Caller(start_sandbox(scenarios=True, modes=Modes(per_hundred=("EUR", "SEK"))))

    def rates(caller: Caller) -> list[tuple[str, Decimal]]:
        window = {"dateFrom": "2024-01-01", "dateTo": "2024-04-01", "limit": 1000}
        records = [*caller.records("/transactionlines", **window), *caller.records("/salesorders", limit=1000)]
        found = [record["currency"] for record in records] + caller.records("/currencies")
        return [(one["code"], Decimal(one["rate"])) for one in found]

    asked, told = rates(plain), rates(hundred)
    assert {code for code, _ in asked} == {"LOCAL", "NOK", "EUR", "SEK", "USD"}
    assert told == [(code, rate * 100 if code in ("EUR", "SEK") else rate) for code, rate in asked]


@pytest.mark.parametrize(
    ("incoming", "asked", "kept"),
    [
        (Incoming.ASKED, "true", True),
        (Incoming.ASKED, "false", False),
        (Incoming.ALWAYS, "false", True),
        (Incoming.NEVER, "true", False),
    ],
)
def test_balances_include_what_came_in_as_the_mode_says(
    start_sandbox: StartSandbox, incoming: Incoming, asked: str, *, kept: bool
) -> None:
    caller = Caller(start_sandbox(modes=Modes(incoming=incoming)))
    window = {"dateFrom": "2024-01-01", "dateTo": "2024-02-29", "keepIncoming": asked}
    found = {one["account"]["number"]: one["balances"] for one in caller.records("/accountbalances", **window)}
    first, second = found[1920]
    assert first["opening"] == (2_500_000 if kept else 0)
    assert first["closing"] == first["opening"] + first["change"] == second["opening"]
    assert (2000 in found) == kept


def test_balances_of_profit_and_loss_begin_with_the_fiscal_year(start_sandbox: StartSandbox) -> None:
    july = date(2023, 7, 1)
    office = start_sandbox(size=Size.BARE, start=july, years=2, fiscal_month=7)
    window = {"dateFrom": "2023-07-01", "dateTo": "2025-06-30", "keepIncoming": "true"}
    caller = Caller(office)
    found = {one["account"]["number"]: one["balances"] for one in caller.records("/accountbalances", **window)}
    openings = {one["date"]: one["opening"] for one in found[7500]}
    assert openings["2024-01-01"] == 6_000
    assert openings["2024-06-01"] == 11_000
    assert openings["2024-07-01"] == 0
    assert {one["date"]: one["opening"] for one in found[1700]}["2024-01-01"] == 6_000
    years = caller.records("/fiscalperiods", type="Year")
    assert {"startingDate": "2023-07-01", "endingDate": "2024-06-30"}.items() <= years[1].items()
    periods = [one for one in caller.records("/fiscalperiods", type="All") if one["type"] == "Period"]
    assert (periods[0]["startingDate"], periods[0]["endingDate"]) == ("2022-07-01", "2022-08-31")


def test_a_fiscal_year_begins_in_one_of_twelve_months() -> None:
    with pytest.raises(ValueError, match="month 13"):
        BooksPlan(fiscal_month=13)
