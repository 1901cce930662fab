-- The accounts of a month sum to zero, in what moved and in what they close with.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'trial_balance'}}}) }}

select
    balance.organization_id,
    balance.period,
    {{ told_sum('balance.change') | indent(4) }} as change,
    {{ told_sum('balance.closing_balance') | indent(4) }} as closing_balance
from {{ ref('trial_balance') }} as balance
group by balance.organization_id, balance.period
having
    {{ told_sum('balance.change') | indent(4) }} <> 0
    or (count(*) = count(balance.closing_balance) and sum(balance.closing_balance) <> 0)
