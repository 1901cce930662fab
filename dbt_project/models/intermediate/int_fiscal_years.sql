select
    periods.organization_id,
    periods.starting_date,
    periods.ending_date,
    cast(year(periods.ending_date) as integer) as fiscal_year
from {{ ref('stg_fiscalperiods') }} as periods
where periods.period_type = 'Year'
