"""Sample rows of tables that hold no personal data, so that a page shows what a row looks like.

Owns which tables, which of their columns and which rows: the newest month, the largest amounts first. A table that is
not named here, such as those with parties, shows none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from finago_assets.orchestration.drawing import write_table

if TYPE_CHECKING:
    import dagster as dg
    import duckdb

ROWS: Final = 6
_NEWEST: Final = "where period = (select max(period) from {table})"
_OF_ACCOUNTS: Final = f"{_NEWEST} and row_kind = 'account'"
_LARGEST: Final = "abs({amount}) desc nulls last, account_number"

# of each table: a few of its columns, as many as a page has room for beside each other; which rows; which come first.
# A month or day that comes first stands above the table.
SAMPLES: Final = {
    "marts.accounts": ("account_number, account_name, statement_line", "", "account_number"),
    "marts.trial_balance": (
        "period, account_number, account_name, closing_balance",
        _OF_ACCOUNTS,
        _LARGEST.format(amount="closing_balance"),
    ),
    "marts.profit_and_loss": (
        "period, account_name, amount, amount_year_to_date",
        _OF_ACCOUNTS,
        _LARGEST.format(amount="amount"),
    ),
    "marts.balance_sheet": (
        "period, account_number, account_name, amount",
        _OF_ACCOUNTS,
        _LARGEST.format(amount="amount"),
    ),
    "marts.ledger_tie_out": (
        "account_number, strftime(period, '%Y-%m') as month, ledger_change, difference, status",
        "",
        "status = 'differs' desc, abs(difference) desc nulls last, period desc, account_number",
    ),
    "marts.vat_by_period": (
        "period, standard_tax_code, direction, rate, base_amount, tax_amount",
        _NEWEST,
        "abs(tax_amount) desc nulls last, standard_tax_code, direction",
    ),
    "marts.days_sales_outstanding": (
        "strftime(as_of, '%Y-%m-%d') as as_of, days, receivables, invoicing",
        "",
        "as_of desc",
    ),
    "reporting.trial_balance": (
        "period, account_name, closing_balance, closing_balance_last_year",
        _NEWEST,
        _LARGEST.format(amount="closing_balance"),
    ),
    "reporting.profit_and_loss": (
        "period, account_name, amount, amount_last_year",
        _NEWEST,
        _LARGEST.format(amount="amount"),
    ),
    "reporting.balance_sheet": (
        "period, account_name, amount, amount_last_year",
        _NEWEST,
        _LARGEST.format(amount="amount"),
    ),
}


def sample_rows(warehouse: duckdb.DuckDBPyConnection, table: str) -> dg.MarkdownMetadataValue | None:
    """Return some rows of a table, `schema.name`, or None where it is not one of those that are shown or is empty."""
    if table not in SAMPLES:
        return None
    columns, which, order = SAMPLES[table]
    result = warehouse.execute(
        f"select {columns} from {table} {which.format(table=table)} order by {order} limit {ROWS}"
    )
    names, rows = [column[0] for column in result.description or ()], result.fetchall()
    if not rows:
        return None
    if names[0] != "period":
        return write_table("", names, rows)
    return write_table(f"**Of {rows[0][0]:%Y-%m}**:", names[1:], [row[1:] for row in rows])
