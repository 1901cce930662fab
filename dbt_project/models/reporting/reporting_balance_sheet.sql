-- assets as they are, all else with its sign turned: what is owed, owned by the shareholders or earned is positive
with months as (
    select
        amounts.*,
        coalesce(amounts.account_class = 1, false) as is_asset,
        case when amounts.account_class = 1 then amounts.amount else -amounts.amount end as shown
    from {{ ref('balance_sheet') }} as amounts
)

select
    months.organization_id,
    months.period,
    months.fiscal_year,
    case when months.is_asset then 'Assets' else 'Equity and liabilities' end as section,
    case
        when months.row_kind in ('result_this_year', 'result_prior_years') then 225
        else coalesce(months.line_number, 999)
    end as line_number,
    case
        when months.row_kind in ('result_this_year', 'result_prior_years') then 'Result not yet moved to equity'
        else coalesce(months.statement_line, 'Other accounts')
    end as statement_line,
    months.account_class,
    months.class_name,
    months.group_name,
    months.account_number,
    case months.row_kind
        when 'result_this_year' then 'Result of this year'
        when 'result_prior_years' then 'Result of prior years'
        else months.account_name
    end as account_name,
    try_cast(months.shown as decimal(18, 2)) as amount,
    try_cast(earlier.shown as decimal(18, 2)) as amount_last_year,
    -- the result of this year starts at nothing: what it was then is part of prior years now
    try_cast(case
        when months.row_kind = 'result_this_year' then 0
        when months.is_asset then opened.opening_balance
        else -opened.opening_balance
    end as decimal(18, 2)) as amount_at_start_of_year,
    try_cast(months.shown - case
        when months.row_kind = 'result_this_year' then 0
        when months.is_asset then opened.opening_balance
        else -opened.opening_balance
    end as decimal(18, 2)) as change_year_to_date
from months
left join months as earlier
    on
        months.organization_id = earlier.organization_id
        and months.row_kind = earlier.row_kind
        and months.account_number is not distinct from earlier.account_number
        and cast(months.period - interval 1 year as date) = earlier.period
left join {{ ref('trial_balance') }} as opened
    on
        months.organization_id = opened.organization_id
        and case months.row_kind when 'unclassified' then 'account' else months.row_kind end = opened.row_kind
        and months.account_number is not distinct from opened.account_number
        and months.fiscal_year_start = opened.period
