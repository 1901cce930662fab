{{ config(materialized='ephemeral') }}

-- A year is known by its first day: two short years may end in the same calendar year. Of two that begin on the same day
-- the longer one counts; one that ends before it begins is none.
with years as (
    select
        periods.organization_id,
        periods.starting_date,
        max(periods.ending_date) as ending_date
    from {{ ref('stg_fiscalperiods') }} as periods
    where periods.period_type = 'Year' and periods.starting_date <= periods.ending_date
    group by periods.organization_id, periods.starting_date
)

select
    years.organization_id,
    years.starting_date,
    years.ending_date,
    cast(year(years.ending_date) as integer) as fiscal_year,
    lead(years.starting_date, 1, {{ forever() }}) over (
        partition by years.organization_id order by years.starting_date
    ) as next_starting_date
from years
