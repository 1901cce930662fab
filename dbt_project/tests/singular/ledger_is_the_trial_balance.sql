-- The lines of an account and month sum to its change, in the trial balance and in each dimension type.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'trial_balance'}}}) }}

with lines as (
    select
        ledger.organization_id,
        ledger.account_number,
        cast(date_trunc('month', ledger.posting_date) as date) as period,
        {{ told_sum('ledger.amount') | indent(8) }} as change
    from {{ ref('general_ledger') }} as ledger
    group by ledger.organization_id, ledger.account_number, date_trunc('month', ledger.posting_date)
),

balances as (
    select
        balance.organization_id,
        balance.account_number,
        balance.period,
        balance.change
    from {{ ref('trial_balance') }} as balance
    where balance.row_kind = 'account'
),

dimensions as (
    select
        tagged.organization_id,
        tagged.account_number,
        tagged.period,
        tagged.dimension_type,
        {{ told_sum('tagged.change') | indent(8) }} as change
    from {{ ref('ledger_by_dimension') }} as tagged
    group by tagged.organization_id, tagged.account_number, tagged.period, tagged.dimension_type
)

select
    coalesce(lines.organization_id, balances.organization_id) as organization_id,
    coalesce(lines.account_number, balances.account_number) as account_number,
    coalesce(lines.period, balances.period) as period,
    cast(null as integer) as dimension_type,
    lines.change as of_the_lines,
    balances.change as shown
from lines
full join balances
    on
        lines.organization_id = balances.organization_id
        and lines.account_number = balances.account_number
        and lines.period = balances.period
where
    -- a sum that is too wide for its column, or of an amount that nobody can tell, is NULL, and warned of there
    case when lines.organization_id is null then 0 else try_cast(lines.change as decimal(18, 2)) end
    is distinct from balances.change
    or balances.organization_id is null
union all
select
    dimensions.organization_id,
    dimensions.account_number,
    dimensions.period,
    dimensions.dimension_type,
    lines.change as of_the_lines,
    dimensions.change as shown
from dimensions
left join lines
    on
        dimensions.organization_id = lines.organization_id
        and dimensions.account_number = lines.account_number
        and dimensions.period = lines.period
where dimensions.change is distinct from lines.change
