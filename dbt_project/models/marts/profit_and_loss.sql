select
    balances.organization_id,
    balances.period,
    balances.account_number,
    case when balances.statement = 'appropriation' then 'appropriation' else 'account' end as row_kind,
    balances.fiscal_year,
    balances.fiscal_year_start,
    try_cast(balances.change as decimal(18, 2)) as amount,
    try_cast(-balances.change as decimal(18, 2)) as result_effect,
    try_cast(balances.closing as decimal(18, 2)) as amount_year_to_date,
    balances.is_whole as is_whole_month,
    accounts.account_name,
    accounts.account_class,
    accounts.class_name,
    accounts.group_name,
    accounts.statement_line,
    accounts.line_number
from {{ ref('int_account_balances') }} as balances
left join {{ ref('int_accounts') }} as accounts
    on balances.organization_id = accounts.organization_id and balances.account_number = accounts.account_number
where balances.restarts_yearly
