"""Hand-written books of any organization: from vouchers and fiscal years to landed days and the ERP's balances.

Owns how balances follow from vouchers and years; what the figures are stands in the tests.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from tests.dbt.small_books import line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.dbt.raw_layout import RawFolder

ONE_DAY = timedelta(1)


@dataclass(frozen=True, slots=True)
class KeptBooks:
    """An organization's vouchers by day, `years` as first and last day, landed from `first` to `last`.

    `more` holds further keys of a line, by day and account. `reported` changes what the ERP says: opening, change and
    closing of an account's month.
    """

    organization: str
    vouchers: Mapping[str, Mapping[int, str]]
    years: Sequence[tuple[str, str]]
    first: date = date(2024, 1, 1)
    last: date = date(2024, 12, 31)
    more: Mapping[tuple[str, int], str] = field(default_factory=dict)
    reported: Mapping[tuple[int, str], tuple[str, str, str]] = field(default_factory=dict)
    taxes: Sequence[str] = ()

    def land(self, folder: RawFolder) -> None:
        """Land every day, the chart, the years, and what the ERP says of each account's months."""
        raw, fetched = folder.of(self.organization), f"{self.last + ONE_DAY}"
        for day in (f"{self.first + timedelta(n)}" for n in range((self.last - self.first).days + 1)):
            raw.land("transactionlines", day, self._lines(day))
        accounts = sorted({account for postings in self.vouchers.values() for account in postings})
        raw.land("accountbalances", fetched, [self._reported(account) for account in accounts])
        raw.land("accounts", fetched, [f'{{"id":{n},"number":{n},"name":"{n}"}}' for n in accounts])
        raw.land("taxes", fetched, self.taxes)
        raw.land("organization_information", fetched, ['{"id":7,"name":"Firma AS","settings":{"currencyCode":"NOK"}}'])
        years = enumerate(self.years)
        raw.land(
            "fiscalperiods",
            fetched,
            [f'{{"id":"{n}","type":"Year","startingDate":"{a}","endingDate":"{b}"}}' for n, (a, b) in years],
        )

    def _lines(self, day: str) -> list[str]:
        return [
            line(
                f"{day}-{account}",
                int(day.replace("-", "")),
                (account, amount),
                day,
                self.more.get((day, account), ""),
            )
            for account, amount in self.vouchers.get(day, {}).items()
        ]

    def _reported(self, account: int) -> str:
        months = (
            f'{{"date":"{month}","opening":{opening},"change":{change},"closing":{closing}}}'
            for month in self._months()
            for opening, change, closing in [self.reported.get((account, month[:7])) or self._balances(account, month)]
        )
        return f'{{"account":{{"id":{account},"number":{account}}},"balances":[{",".join(months)}]}}'

    def _months(self) -> list[str]:
        days = (self.first + timedelta(n) for n in range((self.last - self.first).days + 1))
        return [f"{day}" for day in days if day.day == 1]

    def _balances(self, account: int, month: str) -> tuple[str, str, str]:
        start = date.fromisoformat(month)
        after = (start + timedelta(31)).replace(day=1)
        restarts = str(account)[0] in "345678"
        since = max((a for a, _ in self.years if a < f"{after}"), default="") if restarts else ""
        before = sum((self._moved(account, day) for day in self.vouchers if since <= day < month), Decimal(0))
        change = sum((self._moved(account, day) for day in self.vouchers if month <= day < f"{after}"), Decimal(0))
        return f"{before}", f"{change}", f"{before + change}"

    def _moved(self, account: int, day: str) -> Decimal:
        return Decimal(self.vouchers[day].get(account, "0"))
