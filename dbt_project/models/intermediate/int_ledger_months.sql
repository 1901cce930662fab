with days as (
    select
        landed.organization_id,
        cast(date_trunc('month', landed.landed_date) as date) as period,
        landed.landed_date,
        -- true up to the month's first missing day
        day(landed.landed_date) = row_number() over (
            partition by landed.organization_id, date_trunc('month', landed.landed_date) order by landed.landed_date asc
        ) as is_unbroken
    from {{ ref('int_landed_days') }} as landed
),

landed as (
    select
        days.organization_id,
        days.period,
        count(*) as days,
        max(days.landed_date) as last_landed,
        max(days.landed_date) filter (where days.is_unbroken) as known_until
    from days
    group by days.organization_id, days.period
),

months as (
    select
        spans.organization_id,
        {{ each_month('spans.first_period', 'spans.last_period') }} as period
    from (
        select
            landed.organization_id,
            min(landed.period) as first_period,
            max(landed.period) as last_period
        from landed
        group by landed.organization_id
    ) as spans
),

with_completeness as (
    select
        months.organization_id,
        months.period,
        landed.known_until,
        coalesce(landed.days, 0) as landed_days,
        coalesce(landed.days = day(last_day(months.period)), false) as is_whole,
        -- its closing is known: the last month counts up to its last landed day, if none is missing before that
        coalesce(
            landed.days = day(last_day(months.period))
            or (
                landed.known_until = landed.last_landed
                and months.period = max(months.period) over (partition by months.organization_id)
            ),
            false
        ) as is_closed
    from months
    left join landed on months.organization_id = landed.organization_id and months.period = landed.period
)

select
    with_completeness.organization_id,
    with_completeness.period,
    -- a month belongs to the year that its last day lies in; a year that ends within a month keeps it if none follows
    case when with_completeness.period <= years.ending_date then years.fiscal_year end as fiscal_year,
    case when with_completeness.period <= years.ending_date then years.starting_date end as fiscal_year_start,
    coalesce(years.starting_date >= with_completeness.period, false) as starts_year,
    with_completeness.known_until,
    with_completeness.landed_days,
    with_completeness.is_whole,
    with_completeness.is_closed,
    -- the first month whose lines are landed and whose opening the ERP reports
    coalesce(
        with_completeness.period = min(with_completeness.period) filter (where with_completeness.is_closed and covered.period is not null) over (
            partition by with_completeness.organization_id
        ), false
    ) as opens_ledger,
    -- what is known at the end of a whole month carries over, so an unbroken run of months shares a number
    coalesce(sum(case when with_completeness.is_whole then 0 else 1 end) over (
        partition by with_completeness.organization_id order by with_completeness.period asc rows between unbounded preceding and 1 preceding
    ), 0) as run_number
from with_completeness
left join (
    select distinct
        reported.organization_id,
        reported.period
    from {{ ref('int_reported_balances') }} as reported
) as covered
    on with_completeness.organization_id = covered.organization_id and with_completeness.period = covered.period
left join {{ ref('int_fiscal_years') }} as years
    on
        with_completeness.organization_id = years.organization_id
        and last_day(with_completeness.period) >= years.starting_date
        and last_day(with_completeness.period) < years.next_starting_date
