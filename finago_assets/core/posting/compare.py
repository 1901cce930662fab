"""What was to be posted, held against the lines of the ledger that bear its number or its marker, to the øre.

Owns what counts as the same. A setting that turns out to be the wrong one is named, with its variable.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from finago_assets.core.posting.amounts import round_cents
from finago_assets.core.posting.compare_moments import compare_moments
from finago_assets.core.posting.compare_tax import compare_tax_codes
from finago_assets.core.posting.facts import FACT_VARIABLES, LineAmounts, PostingFacts, VatComputedBy
from finago_assets.core.windows import ONE_DAY

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Iterable, Mapping, Sequence

    from finago_assets.core.posting.journal import Entry, LedgerLine, TaxCode, Voucher
    from finago_assets.core.posting.outbox_row import PostedContent

ONE_ORE: Final = Decimal("0.01")
_NAMED: Final = 5


class LedgerVerdict(StrEnum):
    """How the ledger stands to what was sent."""

    SAME = "same"
    DIFFERENT = "different"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`differences` are sentences, `hints` name settings that the ledger contradicts."""

    verdict: LedgerVerdict
    differences: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Return it in plain words."""
        if self.verdict is LedgerVerdict.ABSENT:
            return "Nothing of it is in the ledger."
        same = self.verdict is LedgerVerdict.SAME
        said = "It is in the ledger, to the øre." if same else "What stands there differs: "
        more = len(self.differences) - _NAMED
        told = [*self.differences[:_NAMED], *([f"and {more} more"] if more > 0 else [])]
        return " ".join([said + "; ".join(told), *self.hints]).strip()


@dataclass(frozen=True, slots=True)
class _Reading:
    """One way to read the ledger's lines, and whether VAT may have been split off by the server."""

    facts: PostingFacts
    computed: bool
    shift: dt.timedelta = 0 * ONE_DAY


def compare_with_ledger(  # noqa: PLR0913  both sides, and how they are read
    posted: PostedContent,
    numbers: Sequence[int],
    lines: Sequence[LedgerLine],
    facts: PostingFacts,
    *,
    computes_vat: bool,
    sent_at: dt.datetime | None = None,
) -> Comparison:
    """Compare; `numbers` are those of the vouchers, none where the server counts. `computes_vat` by the settings.

    `sent_at` is when they were sent, where the lines say when they were made.
    """
    if not lines:
        return Comparison(LedgerVerdict.ABSENT)
    pairs = [
        (voucher, [line for line in lines if not numbers or line.transaction_number == numbers[place]])
        for place, voucher in enumerate(posted.bundle.vouchers)
    ]
    usual = _Reading(facts, computes_vat)
    taxes = {code.number: code for code in posted.tax_codes}
    differences = _differences(pairs, taxes, usual)
    hints: list[str] = []
    if differences:
        for reading, hint, harmless in _other_readings(usual):
            if not _differences(pairs, taxes, reading):
                hints.append(hint)
                differences = [] if harmless else differences
                break
    elif computes_vat and _has_vat(posted) and not _differences(pairs, taxes, replace(usual, computed=False)):
        hints.append(_contradicts("ledger_vat", VatComputedBy.SENDER, "the server computed no VAT"))
    strange, tax_hint = compare_tax_codes(pairs, posted.tax_codes, facts)
    hints += [one for one in (tax_hint, compare_moments(lines, sent_at, facts) if sent_at else "") if one]
    differences += strange
    return Comparison(LedgerVerdict.DIFFERENT if differences else LedgerVerdict.SAME, tuple(differences), tuple(hints))


def amount_in_base(amount: Decimal, rate: Decimal | None, per: int | None) -> Decimal:
    """Return an amount in the organization's own currency, rounded as the ledger does."""
    if rate is None:
        return amount
    return round_cents(amount * rate / (per or 1))


def _other_readings(usual: _Reading) -> list[tuple[_Reading, str, bool]]:
    """Return what else the ledger may mean, with what to say then, and whether the posting itself is right."""
    facts = usual.facts
    other = LineAmounts.BASE if facts.amounts is LineAmounts.CURRENCY else LineAmounts.CURRENCY
    amounts = replace(usual, facts=replace(facts, amounts=other))
    shifted = replace(usual, shift=ONE_DAY)
    readings = [
        (amounts, _contradicts("amounts", other, f"amounts of ledger lines are in {_in(other)}"), True),
        (shifted, "Every line is a day early: the server does not read days as they are sent.", False),
    ]
    if not usual.computed:
        said = _contradicts("ledger_vat", VatComputedBy.SERVER, "the server computed VAT by itself")
        readings.append((replace(usual, computed=True), said, False))
    return readings


def _in(amounts: LineAmounts) -> str:
    return "their own currency" if amounts is LineAmounts.CURRENCY else "the organization's currency"


def _contradicts(fact: str, value: StrEnum, found: str) -> str:
    return f"The ledger shows that {found}: set {FACT_VARIABLES[fact]}={value}."


def _has_vat(posted: PostedContent) -> bool:
    rates = {code.number: code.rate for code in posted.tax_codes}
    return any(rates.get(entry.tax_number or "", Decimal(0)) for entry in posted.bundle.entries)


def _differences(
    pairs: Sequence[tuple[Voucher, list[LedgerLine]]], taxes: Mapping[str, TaxCode], reading: _Reading
) -> list[str]:
    return [said for voucher, lines in pairs for said in _differences_of(voucher, lines, taxes, reading)]


def _differences_of(
    voucher: Voucher, lines: Sequence[LedgerLine], taxes: Mapping[str, TaxCode], reading: _Reading
) -> list[str]:
    if not lines:
        return [f"voucher {voucher.name!r} is not there"]
    meant = _sum((entry.date, entry.account_number, _base_of_entry(entry)) for entry in voucher.entries)
    found = _sum(
        (line.date + reading.shift, line.account_number, _base_of_line(line, reading.facts.amounts)) for line in lines
    )
    off = {place: found.get(place, Decimal(0)) - meant.get(place, Decimal(0)) for place in {*meant, *found}}
    moved = _Moved(voucher, taxes, computed=reading.computed)
    balanced = not any(_sum((day, 0, amount) for (day, _), amount in found.items()).values())
    return [
        _say_difference(voucher, place, meant.get(place), found.get(place))
        for place, amount in sorted(off.items())
        if amount and not (balanced and moved.explains(place, amount, is_meant=place in meant))
    ] + [
        f"voucher {voucher.name!r} is of customer {one.customer_id} on account {one.account_number} nowhere"
        for one in voucher.entries
        if one.customer_id is not None and _is_of_others(one, lines)
    ]


def _is_of_others(entry: Entry, lines: Sequence[LedgerLine]) -> bool:
    customers = {line.customer_id for line in lines if line.account_number == entry.account_number} - {None}
    return bool(customers) and entry.customer_id not in customers


def _say_difference(voucher: Voucher, place: tuple[dt.date, int], meant: Decimal | None, found: Decimal | None) -> str:
    day, account = place
    sent = "nothing was sent" if meant is None else f"{meant:.2f} was sent"
    stands = "nothing stands there" if found is None else f"{found:.2f} stands there"
    return f"voucher {voucher.name!r}, account {account} on {day}: {sent}, {stands}"


def _base_of_entry(entry: Entry) -> Decimal:
    return amount_in_base(entry.amount, entry.currency_rate, entry.rate_per)


def _base_of_line(line: LedgerLine, amounts: LineAmounts) -> Decimal:
    return (
        line.amount if amounts is LineAmounts.BASE else amount_in_base(line.amount, line.currency_rate, line.rate_per)
    )


def _sum(amounts: Iterable[tuple[dt.date, int, Decimal]]) -> dict[tuple[dt.date, int], Decimal]:
    sums: dict[tuple[dt.date, int], Decimal] = defaultdict(Decimal)
    for day, account, amount in amounts:
        sums[day, account] += amount
    return {place: amount for place, amount in sums.items() if amount}


class _Moved:
    """What the server may move by itself: the VAT out of a line or beside it, and the rest of converting."""

    def __init__(self, voucher: Voucher, taxes: Mapping[str, TaxCode], *, computed: bool) -> None:
        self._included: dict[tuple[dt.date, int], dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
        self._lines: dict[tuple[dt.date, int], int] = defaultdict(int)
        self._elsewhere: dict[dt.date, Decimal] = defaultdict(Decimal)
        self._vat_accounts = {code.account_number for code in taxes.values()}
        for entry in voucher.entries:
            if entry.currency_rate is not None:
                self._elsewhere[entry.date] += ONE_ORE
            code = taxes.get(entry.tax_number or "")
            if computed and code is not None and code.rate:
                self._add_vat(entry, code)

    def _add_vat(self, entry: Entry, code: TaxCode) -> None:
        amount, place = _base_of_entry(entry), (entry.date, entry.account_number)
        self._included[place][code.number] += amount * code.rate / (100 + code.rate)
        self._lines[place] += 1
        # a code that adds its VAT, such as a reverse charge, moves more than one that includes it
        self._elsewhere[entry.date] += abs(amount) * code.rate / 100 + ONE_ORE

    def explains(self, place: tuple[dt.date, int], off: Decimal, *, is_meant: bool) -> bool:
        """Tell whether an account may be off by so much on a day."""
        taken = {Decimal(0)}
        for vat in self._included[place].values():
            taken |= {one + vat for one in taken}
        if any(abs(off + one) <= ONE_ORE * self._lines[place] for one in taken):
            return True
        return (not is_meant or place[1] in self._vat_accounts) and abs(off) <= self._elsewhere[place[0]]
