-- What the ERP reports as incoming counts only where it reports any: without an opening that is not 0 at the start of
-- some request, nobody can tell a new company from an answer that leaves incoming balances out.
with incoming as (
    select starts.organization_id
    from (
        select
            reported.organization_id,
            reported.opening
        from {{ ref('int_reported_balances') }} as reported
        where reported.request is not null
        qualify reported.period = min(reported.period) over (partition by reported.organization_id, reported.request)
    ) as starts
    group by starts.organization_id
    having bool_or(starts.opening <> 0)
),

covered as (
    select distinct
        reported.organization_id,
        reported.period
    from {{ ref('int_reported_balances') }} as reported
    inner join incoming on reported.organization_id = incoming.organization_id
),

flagged as (
    select
        months.*,
        months.opens_ledger
        or coalesce(months.run_number <> lag(months.run_number) over account, true)
        or (
            months.restarts_yearly
            and (months.starts_year or months.fiscal_year is distinct from lag(months.fiscal_year) over account)
        ) as starts_chain,
        months.restarts_yearly and months.starts_year as restarts
    from {{ ref('int_account_months') }} as months
    window account as (partition by months.organization_id, months.account_number order by months.period)
)

select
    flagged.*,
    case
        when flagged.restarts then 0
        -- an account the ERP leaves out of an answer that covers the month has nothing on it
        when flagged.opens_ledger and covered.period is not null
            then case when reported.period is null then 0 else reported.opening end
    end as known_opening,
    case
        when flagged.restarts then 'ledger'
        when flagged.opens_ledger and covered.period is not null then 'reported'
    end as known_from
from flagged
left join covered on flagged.organization_id = covered.organization_id and flagged.period = covered.period
left join {{ ref('int_reported_balances') }} as reported
    on
        flagged.organization_id = reported.organization_id
        and flagged.account_number = reported.account_number
        and flagged.period = reported.period
