"""Every number that a person would have to look up stands beside its name, and no name makes a row twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from tests.dbt.conftest import Staged

ACCOUNT: Final = {"account_number": "account_name"}
GROUPS: Final = {"account_number": "account_name account_class class_name group_name statement_line"}
PARTY: Final = {"customer_id": "party_name"}
# for each mart a column of numbers and what it is called
NAMED: Final[dict[str, dict[str, str]]] = {
    "accounts": {"account_number": "account_name class_name group_name statement_line"},
    "trial_balance": GROUPS,
    "profit_and_loss": GROUPS,
    "balance_sheet": GROUPS,
    "ledger_tie_out": ACCOUNT,
    "ledger_by_dimension": ACCOUNT,
    "general_ledger": ACCOUNT | PARTY | {"transaction_type_number": "transaction_type_name", "tax_number": "tax_name"},
    "open_items": PARTY,
    "aged_receivables": PARTY,
    "aged_payables": PARTY,
    "party_balances": PARTY,
    "bank_matches": PARTY,
    "vat_by_period": {"tax_number": "tax_name", "standard_tax_code": "standard_tax_name"},
}


@pytest.mark.parametrize("mart", NAMED)
def test_a_number_stands_beside_its_name(staged: Staged, mart: str) -> None:
    for number, names in NAMED[mart].items():
        for name in names.split():
            found = staged.warehouse.rows(f"select count({number}), count({name}) from marts.{mart}")
            assert found[0][0] == found[0][1] > 0, (number, name)


def test_names_make_no_row_twice(staged: Staged) -> None:
    ((lines, named),) = staged.warehouse.rows(
        "select (select count(*) from intermediate.int_ledger_lines), count(*) from marts.general_ledger"
    )
    assert lines == named
    ((months, shown),) = staged.warehouse.rows(
        "select (select count(*) from intermediate.int_account_balances), "
        "count(*) filter (where row_kind = 'account') from marts.trial_balance"
    )
    assert months == shown


def test_an_account_is_named_by_its_chart_and_grouped_by_ns_4102(staged: Staged) -> None:
    found = staged.warehouse.rows(
        "select distinct account_number, class_name, group_name, statement_line from marts.trial_balance "
        "where account_number in (1500, 1920, 2000, 2400, 3000, 4300, 5000, 6300) order by all"
    )
    assert found == [
        (1500, "Assets", "Trade and other short-term receivables", "Receivables"),
        (1920, "Assets", "Cash and bank deposits", "Cash and bank deposits"),
        (2000, "Equity and liabilities", "Equity", "Paid-in equity"),
        (2400, "Equity and liabilities", "Trade payables", "Short-term debt"),
        (3000, "Operating income", "Sales, liable to VAT", "Sales revenue"),
        (4300, "Cost of goods", "Goods for resale", "Cost of goods"),
        (5000, "Payroll costs", "Wages", "Payroll costs"),
        (6300, "Other operating costs", "Premises", "Other operating costs"),
    ]
