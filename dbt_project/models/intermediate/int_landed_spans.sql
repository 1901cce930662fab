{{ config(materialized='ephemeral') }}

with numbered_days as (
    select
        days.organization_id,
        days.landed_date,
        row_number() over (partition by days.organization_id order by days.landed_date) as place
    from {{ ref('int_landed_days') }} as days
)

select
    numbered_days.organization_id,
    min(numbered_days.landed_date) as first_date,
    max(numbered_days.landed_date) as last_date
from numbered_days
group by numbered_days.organization_id, numbered_days.landed_date - cast(numbered_days.place as integer)
