select
    months.organization_id,
    months.period,
    months.fiscal_year,
    coalesce(months.line_number, 999) as line_number,
    coalesce(months.statement_line, 'Other accounts') as statement_line,
    months.account_class,
    months.class_name,
    months.group_name,
    months.account_number,
    months.account_name,
    months.result_effect as amount,
    earlier.result_effect as amount_last_year,
    try_cast(-months.amount_year_to_date as decimal(18, 2)) as amount_year_to_date,
    try_cast(-earlier.amount_year_to_date as decimal(18, 2)) as amount_year_to_date_last_year,
    months.is_whole_month
from {{ ref('profit_and_loss') }} as months
left join {{ ref('profit_and_loss') }} as earlier
    on
        months.organization_id = earlier.organization_id
        and months.account_number = earlier.account_number
        and cast(months.period - interval 1 year as date) = earlier.period
where months.row_kind = 'account'
