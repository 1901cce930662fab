with amounts as (
    select
        balances.organization_id,
        balances.period,
        balances.account_number,
        case when balances.statement is null then 'unclassified' else 'account' end as row_kind,
        balances.fiscal_year,
        balances.fiscal_year_start,
        try_cast(balances.closing as decimal(18, 2)) as amount
    from {{ ref('int_account_balances') }} as balances
    where not balances.restarts_yearly
    union all
    select
        results.organization_id,
        results.period,
        null as account_number,
        'result_this_year' as row_kind,
        results.fiscal_year,
        results.fiscal_year_start,
        try_cast(results.result_this_year as decimal(18, 2)) as amount
    from {{ ref('int_results') }} as results
    union all
    select
        results.organization_id,
        results.period,
        null as account_number,
        'result_prior_years' as row_kind,
        results.fiscal_year,
        results.fiscal_year_start,
        case when results.is_closed then try_cast(results.result_prior_years as decimal(18, 2)) end as amount
    from {{ ref('int_results') }} as results
)

select
    amounts.*,
    accounts.account_name,
    accounts.account_class,
    accounts.class_name,
    accounts.group_name,
    accounts.statement_line,
    accounts.line_number
from amounts
left join {{ ref('int_accounts') }} as accounts
    on amounts.organization_id = accounts.organization_id and amounts.account_number = accounts.account_number
