select
    days.organization_id,
    days.account_number,
    days.posting_date,
    days.fiscal_year,
    days.fiscal_year_start,
    case
        when days.posting_date <= months.known_until
            then balances.opening + {{ told_sum('days.change', 'earlier_days', 0) | indent(12) }}
    end as opening
from {{ ref('int_account_days') }} as days
left join {{ ref('int_ledger_months') }} as months
    on days.organization_id = months.organization_id and date_trunc('month', days.posting_date) = months.period
left join {{ ref('int_account_balances') }} as balances
    on
        days.organization_id = balances.organization_id
        and days.account_number = balances.account_number
        and date_trunc('month', days.posting_date) = balances.period
window earlier_days as (
    partition by days.organization_id, days.account_number, date_trunc('month', days.posting_date)
    order by days.posting_date asc
    rows between unbounded preceding and 1 preceding
)
