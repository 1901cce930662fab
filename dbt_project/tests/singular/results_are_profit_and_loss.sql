-- Profit and loss of a year so far is the balance sheet's result of this year, with what the ERP reports of a year that
-- is landed from its middle on; and the sheet sums to what the trial balance does: to zero, or to what the ledger itself
-- is out of balance by.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'balance_sheet'}}}) }}

with months as (
    select
        effect.organization_id,
        effect.fiscal_year_start,
        effect.period,
        {{ told_sum('effect.amount') | indent(8) }} as amount,
        {{ told_sum('balance.opening_balance') | indent(8) }} as opening
    from {{ ref('profit_and_loss') }} as effect
    inner join {{ ref('trial_balance') }} as balance
        on
            effect.organization_id = balance.organization_id
            and effect.account_number = balance.account_number
            and effect.period = balance.period
    group by effect.organization_id, effect.fiscal_year_start, effect.period
),

years_so_far as (
    select
        months.organization_id,
        months.period,
        first_value(months.opening) over year_so_far + {{ told_sum('months.amount', 'year_so_far') | indent(8) }} as amount
    from months
    window year_so_far as (partition by months.organization_id, months.fiscal_year_start order by months.period asc)
),

balances as (
    select
        balance.organization_id,
        balance.period,
        sum(balance.closing_balance) as amount
    from {{ ref('trial_balance') }} as balance
    group by balance.organization_id, balance.period
    having count(*) = count(balance.closing_balance)
),

sheets as (
    select
        sheet.organization_id,
        sheet.period,
        {{ told_sum('sheet.amount') | indent(8) }} as amount,
        sum(sheet.amount) filter (where sheet.row_kind = 'result_this_year') as result_this_year
    from {{ ref('balance_sheet') }} as sheet
    group by sheet.organization_id, sheet.period
)

select
    sheets.organization_id,
    sheets.period,
    years_so_far.amount as profit_and_loss,
    sheets.result_this_year,
    balances.amount as trial_balance,
    sheets.amount as balance_sheet
from sheets
left join years_so_far on sheets.organization_id = years_so_far.organization_id and sheets.period = years_so_far.period
left join balances on sheets.organization_id = balances.organization_id and sheets.period = balances.period
where sheets.result_this_year <> years_so_far.amount or sheets.amount <> balances.amount
