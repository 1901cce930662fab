-- An account the ERP leaves out of an answer that covers the month has nothing on it.
with covered as (
    select distinct
        reported.organization_id,
        reported.period
    from {{ ref('int_reported_balances') }} as reported
),

flagged as (
    select
        months.*,
        coalesce(months.run_number <> lag(months.run_number) over account, true) as starts_run,
        months.restarts_yearly and (
            months.starts_year
            or coalesce(months.fiscal_year <> lag(months.fiscal_year) over account, true)
        ) as starts_count
    from {{ ref('int_account_months') }} as months
    window account as (partition by months.organization_id, months.account_number order by months.period)
)

select
    flagged.*,
    flagged.starts_run or flagged.starts_count as starts_chain,
    case
        when flagged.restarts_yearly and flagged.starts_year then 0
        when flagged.starts_run and covered.period is not null
            then case when reported.period is null then 0 else reported.opening end
    end as known_opening,
    case
        when flagged.restarts_yearly and flagged.starts_year then 'ledger'
        when flagged.starts_run and covered.period is not null then 'reported'
    end as known_from
from flagged
left join covered on flagged.organization_id = covered.organization_id and flagged.period = covered.period
left join {{ ref('int_reported_balances') }} as reported
    on
        flagged.organization_id = reported.organization_id
        and flagged.account_number = reported.account_number
        and flagged.period = reported.period
