-- Fiscal years follow each other: none ends before it begins, no two share a day, and no day between them is missing.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'trial_balance'}}}) }}

with years as (
    select
        periods.organization_id,
        periods.starting_date,
        periods.ending_date,
        -- the latest end before it, and not the end of the one before it: a short year may lie within a long one
        max(periods.ending_date) over (
            partition by periods.organization_id order by periods.starting_date asc, periods.ending_date asc
            rows between unbounded preceding and 1 preceding
        ) as ended_before
    from {{ ref('stg_fiscalperiods') }} as periods
    -- depends_on: {{ ref('trial_balance') }}
    where periods.period_type = 'Year'
),

with_faults as (
    select
        years.organization_id,
        years.starting_date,
        years.ending_date,
        case
            when years.ending_date < years.starting_date
                then 'ends before it begins and is left out: correct its dates'
            when years.starting_date <= years.ended_before
                then 'shares days with an earlier fiscal year, and the days from its first on count as its own: correct the dates of one'
            when years.starting_date > years.ended_before + 1
                then 'leaves days after the fiscal year before it, which are in none: their balances of profit and loss are unknown'
        end as reason
    from years
)

select
    with_faults.organization_id,
    with_faults.starting_date,
    with_faults.ending_date,
    with_faults.reason
from with_faults
where with_faults.reason is not null
