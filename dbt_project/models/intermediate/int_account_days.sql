with days as (
    select
        lines.organization_id,
        lines.account_number,
        lines.posting_date,
        sum(lines.amount) as change,
        sum({{ debit('lines.amount') }}) as debit,
        sum({{ credit('lines.amount') }}) as credit
    from {{ ref('int_ledger_lines') }} as lines
    group by lines.organization_id, lines.account_number, lines.posting_date
)

select
    days.organization_id,
    days.account_number,
    days.posting_date,
    years.fiscal_year,
    days.change,
    days.debit,
    days.credit,
    coalesce(sum(days.change) over (
        partition by days.organization_id, days.account_number
        order by days.posting_date asc
        rows between unbounded preceding and 1 preceding
    ), 0) as landed_before
from days
left join {{ ref('int_fiscal_years') }} as years
    on
        days.organization_id = years.organization_id
        and days.posting_date between years.starting_date and years.ending_date
