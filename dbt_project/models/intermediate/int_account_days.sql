with days as (
    select
        sums.organization_id,
        sums.account_number,
        sums.posting_date,
        {{ told_sum('sums.change') | indent(8) }} as change,
        {{ told_sum('sums.debit') | indent(8) }} as debit,
        {{ told_sum('sums.credit') | indent(8) }} as credit,
        cast(sum(sums.lines) as bigint) as lines
    from {{ ref('int_day_sums') }} as sums
    group by sums.organization_id, sums.account_number, sums.posting_date
)

select
    days.organization_id,
    days.account_number,
    days.posting_date,
    case when days.posting_date <= years.ending_date then years.fiscal_year end as fiscal_year,
    case when days.posting_date <= years.ending_date then years.starting_date end as fiscal_year_start,
    days.change,
    days.debit,
    days.credit,
    days.lines
from days
left join {{ ref('int_fiscal_years') }} as years
    on
        days.organization_id = years.organization_id
        and days.posting_date >= years.starting_date
        and days.posting_date < years.next_starting_date
