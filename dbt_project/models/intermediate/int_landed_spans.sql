{{ config(materialized='ephemeral') }}

with numbered as (
    select
        days.organization_id,
        days.landed_date,
        row_number() over (partition by days.organization_id order by days.landed_date) as place
    from {{ ref('int_landed_days') }} as days
)

select
    numbered.organization_id,
    min(numbered.landed_date) as first_date,
    max(numbered.landed_date) as last_date
from numbered
group by numbered.organization_id, numbered.landed_date - cast(numbered.place as integer)
