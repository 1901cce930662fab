with days as (
    select
        landed.organization_id,
        cast(date_trunc('month', landed.landed_date) as date) as period,
        count(*) as landed,
        max(landed.landed_date) as last_landed
    from {{ ref('int_landed_days') }} as landed
    group by landed.organization_id, date_trunc('month', landed.landed_date)
),

months as (
    select
        spans.organization_id,
        cast(unnest(generate_series(spans.first_period, spans.last_period, interval 1 month)) as date) as period
    from (
        select
            days.organization_id,
            min(days.period) as first_period,
            max(days.period) as last_period
        from days
        group by days.organization_id
    ) as spans
),

judged as (
    select
        months.organization_id,
        months.period,
        coalesce(days.landed = day(last_day(months.period)), false) as is_whole,
        coalesce(days.landed = day(days.last_landed), false) as is_unbroken
    from months
    left join days on months.organization_id = days.organization_id and months.period = days.period
)

select
    judged.organization_id,
    judged.period,
    years.fiscal_year,
    coalesce(judged.period = years.starting_date, false) as starts_year,
    judged.is_whole,
    -- its closing is known: the last month counts up to its last landed day, if none is missing before that
    judged.is_whole
    or (judged.is_unbroken and judged.period = max(judged.period) over (partition by judged.organization_id)) as is_closed,
    -- what is known at the end of a whole month carries over, so an unbroken run of months shares a number
    coalesce(count_if(not judged.is_whole) over (
        partition by judged.organization_id order by judged.period asc rows between unbounded preceding and 1 preceding
    ), 0) as run_number
from judged
left join {{ ref('int_fiscal_years') }} as years
    on
        judged.organization_id = years.organization_id
        and judged.period between years.starting_date and years.ending_date
