select
    years.organization_id,
    years.starting_date as fiscal_year_start,
    cast(years.day_after - interval 1 day as date) as fiscal_year_end,
    years.is_locked
from {{ ref('stg_soap_fiscalyears') }} as years
where years.starting_date < years.day_after
