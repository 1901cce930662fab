with rows_of_it as (
    select
        balances.organization_id,
        balances.period,
        balances.account_number,
        'account' as row_kind,
        balances.fiscal_year,
        balances.fiscal_year_start,
        balances.opening,
        balances.opening_source,
        balances.debit,
        balances.credit,
        balances.change,
        balances.closing,
        balances.is_whole
    from {{ ref('int_account_balances') }} as balances
    union all
    select
        results.organization_id,
        results.period,
        null as account_number,
        'result_prior_years' as row_kind,
        results.fiscal_year,
        results.fiscal_year_start,
        results.result_prior_years as opening,
        results.prior_source as opening_source,
        0 as debit,
        0 as credit,
        0 as change,
        case when results.is_closed then results.result_prior_years end as closing,
        results.is_whole
    from {{ ref('int_results') }} as results
)

select
    rows_of_it.organization_id,
    rows_of_it.period,
    rows_of_it.account_number,
    rows_of_it.row_kind,
    rows_of_it.fiscal_year,
    rows_of_it.fiscal_year_start,
    try_cast(rows_of_it.opening as decimal(18, 2)) as opening_balance,
    rows_of_it.opening_source,
    try_cast(rows_of_it.debit as decimal(18, 2)) as debit,
    try_cast(rows_of_it.credit as decimal(18, 2)) as credit,
    try_cast(rows_of_it.change as decimal(18, 2)) as change,
    try_cast(rows_of_it.closing as decimal(18, 2)) as closing_balance,
    rows_of_it.is_whole as is_whole_month
from rows_of_it
