"""Today's balances, as far as the published warehouse knows them: what a preview holds the effect of a journal against.

Owns one question to the trial balance. A warehouse that is not there, or knows no such thing, makes them unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import duckdb

from finago_assets.core.landing.database import typed_database_errors

if TYPE_CHECKING:
    import datetime as dt
    from decimal import Decimal
    from pathlib import Path

# the trial balance has a row for each account in each month
_CLOSINGS: Final = """
    select account_number, closing_balance
    from marts.trial_balance
    where organization_id = $organization and row_kind = 'account' and period <= $today
    qualify period = max(period) over ()
"""


def read_balances(warehouse: Path, organization_id: str, today: dt.date) -> dict[int, Decimal] | None:
    """Return by account the balance of the last month that has landed; None where there is no trial balance.

    An account whose balance the warehouse does not know is not among them. Raises what a locked or broken file does.
    """
    if not warehouse.is_file():
        return None
    with typed_database_errors(warehouse), duckdb.connect(warehouse, read_only=True) as connection:
        try:
            found = connection.execute(_CLOSINGS, {"organization": organization_id, "today": today}).fetchall()
        except (duckdb.CatalogException, duckdb.BinderException):
            return None
    return {number: balance for number, balance in found if balance is not None} if found else None
