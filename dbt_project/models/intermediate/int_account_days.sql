with days as (
    select
        lines.organization_id,
        lines.account_number,
        lines.posting_date,
        sum(lines.amount) as change,
        sum({{ debit('lines.amount') }}) as debit,
        sum({{ credit('lines.amount') }}) as credit,
        count(*) as lines
    from {{ ref('int_ledger_lines') }} as lines
    group by lines.organization_id, lines.account_number, lines.posting_date
)

select
    days.organization_id,
    days.account_number,
    days.posting_date,
    case when days.posting_date <= years.ending_date then years.fiscal_year end as fiscal_year,
    days.change,
    days.debit,
    days.credit,
    days.lines
from days
asof left join {{ ref('int_fiscal_years') }} as years
    on days.organization_id = years.organization_id and days.posting_date >= years.starting_date
