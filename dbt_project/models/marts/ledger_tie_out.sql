-- months that the ERP reports and nobody has landed are here where something moved in them
with reported as (
    select
        balances.*,
        lag(balances.closing) over account as closing_before,
        lag(balances.period) over account as period_before,
        -- answers that left incoming balances out say nothing of how a year opens
        balances.organization_id in (
            select months.organization_id from {{ ref('int_account_balances') }} as months where months.is_contradicted
        ) as leaves_openings_out
    from {{ ref('int_reported_balances') }} as balances
    window account as (partition by balances.organization_id, balances.account_number order by balances.period asc)
),

ledger_beside_reported as (
    select
        coalesce(balances.organization_id, reported.organization_id) as organization_id,
        coalesce(balances.period, reported.period) as period,
        coalesce(balances.account_number, reported.account_number) as account_number,
        case when months.landed_days > 0 then case when balances.period is null then 0 else balances.change end end as ledger_change,
        -- an account the ERP leaves out of an answer that covers the month has nothing on it
        case when reported.period is null and months.is_judged then 0 else reported.change end as reported_change,
        balances.closing as ledger_closing,
        case when reported.period is null and months.is_judged then 0 else reported.closing end as reported_closing,
        -- what the ERP opens the month with, beside what it closed the month before with, or 0 where the account restarts
        case
            when reported.period_before is not null and not reported.leaves_openings_out
                then reported.opening - case when balances.restarts then 0 else reported.closing_before end
        end as opening_difference,
        coalesce(months.is_judged, false) as is_judged,
        case when months.period is null then 'no day of the month is landed' else months.reason end as reason
    from (
        select
            account_months.*,
            account_months.restarts_yearly and account_months.starts_year as restarts
        from {{ ref('int_account_balances') }} as account_months
    ) as balances
    full join reported
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
        ledger_beside_reported.*,
        ledger_beside_reported.is_judged and ledger_beside_reported.reported_change is not null as is_compared
    from ledger_beside_reported
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
        when compared.ledger_change is null then 'not told'
        when compared.ledger_change <> compared.reported_change then 'differs'
        when compared.opening_difference <> 0 then 'opens differently'
        else 'ties'
    end as status,
    case
        when compared.is_judged and not compared.is_compared then 'the reported change has more than two decimals'
        when compared.is_compared and compared.ledger_change is null
            then 'nothing tells what an amount in another currency is: see foreign_amounts_are_understood'
        when compared.is_compared and compared.opening_difference <> 0
            then 'the ERP opens the month with another balance than it closed the month before with'
        else compared.reason
    end as reason,
    case
        when compared.is_compared then try_cast(compared.opening_difference as decimal(18, 2))
    end as opening_difference,
    accounts.account_name
from compared
left join {{ ref('int_accounts') }} as accounts
    on compared.organization_id = accounts.organization_id and compared.account_number = accounts.account_number
