{#- The variable as_of_dates, a list of days such as ["2024-06-30"], takes the place of the default. -#}
with asked_for as (
    select distinct
        days.organization_id,
        cast({{ one_row_each_listed("nullif('" ~ var('as_of_dates', []) | join(', ') ~ "', '')") }} as date) as as_of
    from {{ ref('int_landed_days') }} as days
),

by_default as (
    select
        months.organization_id,
        last_day(months.period) as as_of
    from {{ ref('int_ledger_months') }} as months
    where months.is_whole
    union
    select
        days.organization_id,
        max(days.landed_date) as as_of
    from {{ ref('int_landed_days') }} as days
    group by days.organization_id
)

select
    asked_for.organization_id,
    asked_for.as_of
from asked_for
union all
select
    by_default.organization_id,
    by_default.as_of
from by_default
where not exists (select 1 from asked_for)
