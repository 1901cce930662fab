"""What holds in every set of statements, as SQL that finds what breaks it.

Owns the rules alone: nothing here knows whose books they are, or how the marts were made.
"""

from __future__ import annotations

from typing import Final

_YEARS: Final = (
    "select *, lag(closing_balance) over account as closing_before, "
    "lag(fiscal_year_start) over account as year_before, "
    "account_number between 3000 and 8999 as restarts from marts.trial_balance where account_number is not null "
    "window account as (partition by organization_id, account_number order by period)"
)
_LEDGER: Final = (
    "select organization_id, account_number, date_trunc('month', posting_date)::date as period, "
    "case when count(*) = count(amount) then sum(amount) end as change from marts.general_ledger group by all"
)
_YEAR_TO_DATE: Final = (
    "select organization_id, period, first_value(opening) over year + sum(amount) over year as amount, "
    "sum(effect) over year - first_value(opening) over year as effect from (select p.organization_id, "
    "p.fiscal_year_start, p.period, sum(p.amount) as amount, sum(p.result_effect) as effect, "
    "sum(t.opening_balance) as opening "
    "from marts.profit_and_loss p join marts.trial_balance t using (organization_id, account_number, period) "
    "group by all) "
    "window year as (partition by organization_id, fiscal_year_start order by period)"
)
_KNOWN: Final = (
    "select organization_id, period from marts.trial_balance group by all having count(*) = count(closing_balance)"
)

# each finds rows that break the rule
RULES: Final = {
    "a voucher sums to zero on each date": (
        "select organization_id, voucher_id, posting_date from marts.general_ledger group by all "
        "having sum(amount) <> 0"
    ),
    "a closing is the opening, and debit less credit": (
        "from marts.trial_balance where closing_balance is distinct from opening_balance + debit - credit "
        "and closing_balance is not null or change is distinct from debit - credit"
    ),
    "an account opens with what it closed with, or with nothing where it restarts its year": (
        f"from ({_YEARS}) where closing_before is not null "
        "and (opening_balance is not null or fiscal_year is not null) and opening_balance is distinct from "
        "case when restarts and fiscal_year_start is distinct from year_before then 0 else closing_before end"
    ),
    "an opening is NULL exactly where it is unknown": (
        "from marts.trial_balance where (opening_balance is null) <> (opening_source = 'unknown')"
    ),
    "the lines of an account and month are its change": (
        f"from ({_LEDGER}) l full join (from marts.trial_balance where row_kind = 'account') t using "
        "(organization_id, account_number, period) where "
        "case when l.period is null then 0 else l.change end is distinct from t.change"
    ),
    "the closings of a month sum to zero": (
        "select period, sum(closing_balance) from marts.trial_balance "
        f"semi join ({_KNOWN}) using (organization_id, period) group by organization_id, period "
        "having sum(closing_balance) <> 0"
    ),
    "the balance sheet of a month sums to zero": (
        f"select period, sum(amount) from marts.balance_sheet semi join ({_KNOWN}) using (organization_id, period) "
        "group by organization_id, period having sum(amount) <> 0 or count(*) <> count(amount)"
    ),
    # a year that is landed from its middle on began with what the ERP reports
    "profit and loss of the year so far is the result of this year": (
        f"with y as ({_YEAR_TO_DATE}) select s.period, s.amount, y.amount from marts.balance_sheet s "
        "join y using (organization_id, period) where s.row_kind = 'result_this_year' and s.amount is not null "
        "and (y.amount is distinct from s.amount or y.effect is distinct from -s.amount)"
    ),
    "each dimension type sums to the trial balance": (
        "select t.organization_id, t.period, t.account_number, y.dimension_type from marts.trial_balance t "
        "join (select distinct organization_id, dimension_type from marts.ledger_by_dimension) y "
        "using (organization_id) "
        "left join marts.ledger_by_dimension d using (organization_id, period, account_number, dimension_type) "
        "where t.row_kind = 'account' group by 1, 2, 3, 4, t.change, t.debit, t.credit "
        "having coalesce(sum(d.change), 0) <> t.change or coalesce(sum(d.debit), 0) <> t.debit "
        "or coalesce(sum(d.credit), 0) <> t.credit"
    ),
    "the running balance moves by each line's amount and ends with the month's closing": (
        "from (select l.*, t.opening_balance, t.closing_balance, "
        "lag(l.running_balance) over month as before, lead(l.line_id) over month as after "
        "from marts.general_ledger l join marts.trial_balance t on t.organization_id = l.organization_id "
        "and t.account_number = l.account_number and t.period = date_trunc('month', l.posting_date) "
        "window month as (partition by l.organization_id, l.account_number, t.period "
        "order by l.posting_date, l.voucher_number, l.line_id)) where closing_balance is not null and ("
        "running_balance is distinct from coalesce(before, opening_balance) + amount "
        "or after is null and running_balance is distinct from closing_balance)"
    ),
}
