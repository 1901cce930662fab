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

# of each table: its columns, and which rows come first
SAMPLES: Final = {
    "marts.accounts": ("account_number, account_name, class_name, statement_line", "", "account_number"),
    "marts.trial_balance": (
        "period, account_number, account_name, opening_balance, change, closing_balance",
        f"{_NEWEST} and row_kind = 'account'",
        "abs(closing_balance) desc nulls last, account_number",
    ),
    "marts.profit_and_loss": (
        "period, account_number, account_name, amount, amount_year_to_date",
        f"{_NEWEST} and row_kind = 'account'",
        "abs(amount) desc nulls last, account_number",
    ),
    "marts.balance_sheet": (
        "period, account_number, account_name, statement_line, amount",
        f"{_NEWEST} and row_kind = 'account'",
        "abs(amount) desc nulls last, account_number",
    ),
    "marts.ledger_tie_out": (
        "period, account_number, account_name, ledger_change, reported_change, difference, status",
        "",
        "status = 'differs' desc, abs(difference) desc nulls last, period desc, account_number",
    ),
    "marts.vat_by_period": (
        "period, standard_tax_code, direction, rate, base_amount, tax_amount",
        _NEWEST,
        "abs(tax_amount) desc nulls last, standard_tax_code, direction",
    ),
    "marts.days_sales_outstanding": ("as_of, days, receivables, invoicing", "", "as_of desc"),
    "reporting.trial_balance": (
        "period, account_number, account_name, change, closing_balance, closing_balance_last_year",
        _NEWEST,
        "abs(closing_balance) desc nulls last, account_number",
    ),
    "reporting.profit_and_loss": (
        "period, account_number, account_name, amount, amount_last_year, amount_year_to_date",
        _NEWEST,
        "abs(amount) desc nulls last, account_number",
    ),
    "reporting.balance_sheet": (
        "period, statement_line, account_number, account_name, amount, amount_last_year",
        _NEWEST,
        "abs(amount) desc nulls last, account_number",
    ),
}


def sample_rows(warehouse: duckdb.DuckDBPyConnection, table: str) -> dg.MarkdownMetadataValue | None:
    """Return some rows of a table, `schema.name`, or None where it is not one of those that are shown or is empty."""
    if table not in SAMPLES:
        return None
    columns, which, order = SAMPLES[table]
    rows = warehouse.execute(
        f"select {columns} from {table} {which.format(table=table)} order by {order} limit {ROWS}"
    ).fetchall()
    shown = [[value.isoformat() if hasattr(value, "isoformat") else value for value in row] for row in rows]
    return write_table("", columns.split(", "), shown) if shown else None
