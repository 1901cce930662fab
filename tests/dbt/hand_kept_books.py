"""Two years and a half of hand-written books with a year from July, every line of them in sight.

Owns the records; the figures that follow from them stand in the tests.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final

from tests.dbt.small_books import line

if TYPE_CHECKING:
    from tests.dbt.raw_layout import RawFolder

ORGANIZATION: Final = "from-july"
FIRST, LAST, FETCHED = date(2022, 4, 1), date(2024, 8, 31), "2024-09-01"
YEARS: Final = ((2021, 2022), (2022, 2023), (2023, 2024))  # the months after June 2024 lie in no fiscal year

# day: voucher number and its postings; nobody closes the year that ends in 2022
VOUCHERS: Final = {
    "2022-05-10": (1, {1920: "100.00", 3000: "-100.00"}),
    "2022-09-15": (1, {1920: "200.00", 3000: "-200.00"}),
    "2023-06-30": (2, {8960: "200.00", 2050: "-200.00"}),
    "2023-10-01": (1, {6540: "50.00", 1920: "-50.00"}),
    "2023-10-02": (2, {9100: "5.00", 9200: "-5.00"}),
    "2024-07-05": (3, {1920: "10.00", 3000: "-10.00"}),
}
# the first month, and those in which an account moved: opening, change, closing
REPORTED: Final = {
    1920: {"2022-04": (1000, 0, 1000), "2022-05": (1000, 100, 1100), "2022-09": (1100, 200, 1300),
           "2023-10": (1300, -50, 1250), "2024-07": (1250, 10, 1260)},
    2000: {"2022-04": (-400, 0, -400)},
    2050: {"2023-06": (0, -200, -200)},
    3000: {"2022-04": (-250, 0, -250), "2022-05": (-250, -100, -350), "2022-09": (0, -200, -200),
           "2024-07": (0, -10, -10)},
    6540: {"2023-10": (0, 50, 50)},
    8960: {"2023-06": (0, 200, 200)},
    9100: {"2023-10": (0, 5, 5)},
    9200: {"2023-10": (0, -5, -5)},
}  # fmt: skip


def land_hand_kept_books(folder: RawFolder) -> None:
    """Land every day, and what the ERP says of each account's months."""
    raw = folder.of(ORGANIZATION)
    for day in (f"{FIRST + timedelta(n)}" for n in range((LAST - FIRST).days + 1)):
        number, postings = VOUCHERS.get(day, (0, {}))
        lines = [
            line(f"{day}-{account}", int(day.replace("-", "")) + number, (account, amount), day)
            for account, amount in postings.items()
        ]
        raw.land("transactionlines", day, lines)
    raw.land("accountbalances", FETCHED, [_reported(account) for account in REPORTED])
    raw.land("accounts", FETCHED, [f'{{"id":{n},"number":{n},"name":"{n}"}}' for n in REPORTED])
    raw.land("organization_information", FETCHED, ['{"id":7,"name":"Juli AS","settings":{"currencyCode":"NOK"}}'])
    raw.land(
        "fiscalperiods",
        FETCHED,
        [
            f'{{"id":"{end}","type":"Year","startingDate":"{start}-07-01","endingDate":"{end}-06-30"}}'
            for start, end in YEARS
        ],
    )


def _reported(account: int) -> str:
    months = ",".join(
        f'{{"date":"{month}-01","opening":{opening},"change":{change},"closing":{closing}}}'
        for month, (opening, change, closing) in REPORTED[account].items()
    )
    return f'{{"account":{{"id":{account},"number":{account}}},"balances":[{months}]}}'
