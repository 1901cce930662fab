{#- The variable as_of_dates, a list of days such as ["2024-06-30"], takes the place of the default. -#}
{%- set chosen = var('as_of_dates', []) -%}
with dates as (
{%- if chosen %}
    select distinct
        days.organization_id,
        cast(unnest(['{{ chosen | join("', '") }}']) as date) as as_of
    from {{ ref('int_landed_days') }} as days
{%- else %}
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
{%- endif %}
)

select
    dates.organization_id,
    dates.as_of
from dates
