with with_reason as (
    select
        months.organization_id,
        months.period,
        months.landed_days,
        case
            when not months.is_whole then 'not every day of the month is landed'
            when balances.landed_date is null then 'no account balances are landed'
            when covered.period is null then 'the account balances do not cover the month'
            when balances.landed_date < last_day(months.period) then 'the account balances end before the month does'
            when fetched.lines_fetched_at is null or fetched.balances_fetched_at is null then 'nobody knows when it was fetched'
            when fetched.balances_fetched_at < fetched.lines_fetched_at then 'the account balances are older than the lines'
        end as reason
    from {{ ref('int_ledger_months') }} as months
    left join {{ ref('int_landed_balances') }} as balances on months.organization_id = balances.organization_id
    left join {{ ref('int_fetched_months') }} as fetched
        on months.organization_id = fetched.organization_id and months.period = fetched.period
    left join (
        select distinct
            reported.organization_id,
            reported.period
        from {{ ref('int_reported_balances') }} as reported
    ) as covered
        on months.organization_id = covered.organization_id and months.period = covered.period
)

select
    with_reason.organization_id,
    with_reason.period,
    with_reason.landed_days,
    with_reason.reason is null as is_judged,
    with_reason.reason
from with_reason
