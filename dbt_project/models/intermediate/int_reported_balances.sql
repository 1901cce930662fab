select
    balances.organization_id,
    balances.account_number,
    balances.balance_date as period,
    {{ cents('balances.opening_balance') }} as opening,
    {{ cents('balances.change') }} as change,
    {{ cents('balances.closing_balance') }} as closing
from {{ ref('stg_accountbalances') }} as balances
where balances.balance_date = date_trunc('month', balances.balance_date)
qualify row_number() over (
    partition by balances.organization_id, balances.account_number, balances.balance_date
    order by balances.request desc, balances._ordinal desc
) = 1
