{{ config(materialized='ephemeral') }}

-- The ERP's openings are believed until they contradict it: a request in which every account starts from 0, although
-- accounts that carry over closed the month before with something, left incoming balances out.
with starts as (
    select
        reported.organization_id,
        reported.period,
        reported.request,
        reported.opening,
        lag(reported.closing) over account as closing_before,
        min(reported.period) over (partition by reported.organization_id, reported.request) as first_period
    from {{ ref('int_reported_balances') }} as reported
    inner join {{ ref('int_accounts') }} as accounts
        on
            reported.organization_id = accounts.organization_id
            and reported.account_number = accounts.account_number
            and not accounts.restarts_yearly
    window account as (partition by reported.organization_id, reported.account_number order by reported.period asc)
),

contradicted as (
    select starts.organization_id
    from starts
    where starts.period = starts.first_period and starts.request is not null
    group by starts.organization_id, starts.request
    having
        sum(case when starts.opening <> 0 then 1 else 0 end) = 0
        and sum(case when starts.closing_before <> 0 then 1 else 0 end) > 0
),

flagged as (
    select
        months.*,
        months.opens_ledger
        or coalesce(months.run_number <> lag(months.run_number) over account, true)
        or (
            months.restarts_yearly
            and (months.starts_year or months.fiscal_year_start is distinct from lag(months.fiscal_year_start) over account)
        ) as starts_chain,
        months.restarts_yearly and months.starts_year as restarts
    from {{ ref('int_account_months') }} as months
    window account as (partition by months.organization_id, months.account_number order by months.period)
)

select
    flagged.*,
    contradicted.organization_id is not null as is_contradicted,
    case
        when flagged.restarts then 0
        -- an account the ERP leaves out of an answer that covers the month has nothing on it
        when flagged.opens_ledger and contradicted.organization_id is null
            then case when reported.period is null then 0 else reported.opening end
    end as known_opening,
    case
        when flagged.restarts then 'ledger'
        when flagged.opens_ledger and contradicted.organization_id is null then 'reported'
    end as known_from
from flagged
left join (select distinct contradicted.organization_id from contradicted) as contradicted
    on flagged.organization_id = contradicted.organization_id
left join {{ ref('int_reported_balances') }} as reported
    on
        flagged.organization_id = reported.organization_id
        and flagged.account_number = reported.account_number
        and flagged.period = reported.period
