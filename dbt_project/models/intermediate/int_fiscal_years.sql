{{ config(materialized='ephemeral') }}

-- A year is known by its first day: two short years may end in the same calendar year. Of two that begin on the same day
-- the longer one counts; one that ends before it begins is none.
select
    periods.organization_id,
    periods.starting_date,
    periods.ending_date,
    cast(year(periods.ending_date) as integer) as fiscal_year
from {{ ref('stg_fiscalperiods') }} as periods
where periods.period_type = 'Year' and periods.starting_date <= periods.ending_date
qualify row_number() over (
    partition by periods.organization_id, periods.starting_date
    order by periods.ending_date desc, periods.fiscal_period_id asc
) = 1
