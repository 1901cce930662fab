with account_and_result_rows as (
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
    account_and_result_rows.organization_id,
    account_and_result_rows.period,
    account_and_result_rows.account_number,
    account_and_result_rows.row_kind,
    account_and_result_rows.fiscal_year,
    account_and_result_rows.fiscal_year_start,
    try_cast(account_and_result_rows.opening as decimal(18, 2)) as opening_balance,
    account_and_result_rows.opening_source,
    try_cast(account_and_result_rows.debit as decimal(18, 2)) as debit,
    try_cast(account_and_result_rows.credit as decimal(18, 2)) as credit,
    try_cast(account_and_result_rows.change as decimal(18, 2)) as change,
    try_cast(account_and_result_rows.closing as decimal(18, 2)) as closing_balance,
    account_and_result_rows.is_whole as is_whole_month,
    accounts.account_name,
    accounts.account_class,
    accounts.class_name,
    accounts.group_name,
    accounts.statement_line,
    accounts.line_number,
    accounts.statement,
    coalesce(starts_with(cast(account_and_result_rows.account_number as varchar), '19'), false) as is_bank
from account_and_result_rows
left join {{ ref('int_accounts') }} as accounts
    on account_and_result_rows.organization_id = accounts.organization_id and account_and_result_rows.account_number = accounts.account_number
