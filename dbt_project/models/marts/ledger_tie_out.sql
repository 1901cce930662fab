-- months that the ERP reports and nobody has landed are here where something moved in them
with cells as (
    select
        coalesce(balances.organization_id, reported.organization_id) as organization_id,
        coalesce(balances.period, reported.period) as period,
        coalesce(balances.account_number, reported.account_number) as account_number,
        case when months.landed_days > 0 then coalesce(balances.change, 0) end as ledger_change,
        -- an account the ERP leaves out of an answer that covers the month has nothing on it
        case when reported.period is null and months.is_judged then 0 else reported.change end as reported_change,
        balances.closing as ledger_closing,
        case when reported.period is null and months.is_judged then 0 else reported.closing end as reported_closing,
        coalesce(months.is_judged, false) as is_judged,
        case when months.period is null then 'no day of the month is landed' else months.reason end as reason
    from {{ ref('int_account_balances') }} as balances
    full join {{ ref('int_reported_balances') }} as reported
        on
            balances.organization_id = reported.organization_id
            and balances.account_number = reported.account_number
            and balances.period = reported.period
    left join {{ ref('int_tie_out_months') }} as months
        on
            coalesce(balances.organization_id, reported.organization_id) = months.organization_id
            and coalesce(balances.period, reported.period) = months.period
    where balances.period is not null or reported.change is distinct from 0
),

compared as (
    select
        cells.*,
        cells.is_judged and cells.reported_change is not null as is_compared
    from cells
)

select
    compared.organization_id,
    compared.period,
    compared.account_number,
    try_cast(compared.ledger_change as decimal(18, 2)) as ledger_change,
    try_cast(compared.reported_change as decimal(18, 2)) as reported_change,
    try_cast(compared.ledger_closing as decimal(18, 2)) as ledger_closing,
    try_cast(compared.reported_closing as decimal(18, 2)) as reported_closing,
    case
        when compared.is_compared then try_cast(compared.ledger_change - compared.reported_change as decimal(18, 2))
    end as difference,
    case
        when not compared.is_compared then 'not landed'
        when compared.ledger_change = compared.reported_change then 'ties'
        else 'differs'
    end as status,
    case
        when compared.is_judged and not compared.is_compared then 'the reported change has more than two decimals'
        else compared.reason
    end as reason
from compared
