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
    balances.is_whole as is_whole_month
from {{ ref('int_account_balances') }} as balances
where balances.restarts_yearly
