{{ config(materialized='ephemeral') }}

with moved as (
    select
        days.organization_id,
        days.account_number,
        cast(date_trunc('month', days.posting_date) as date) as period,
        {{ told_sum('days.debit') | indent(8) }} as debit,
        {{ told_sum('days.credit') | indent(8) }} as credit,
        {{ told_sum('days.change') | indent(8) }} as change
    from {{ ref('int_account_days') }} as days
    group by days.organization_id, days.account_number, date_trunc('month', days.posting_date)
),

accounts as (
    select
        moved.organization_id,
        moved.account_number
    from moved
    union
    select
        reported.organization_id,
        reported.account_number
    from {{ ref('int_reported_balances') }} as reported
)

select
    accounts.organization_id,
    accounts.account_number,
    months.period,
    classified.statement,
    classified.restarts_yearly,
    months.fiscal_year,
    months.fiscal_year_start,
    months.starts_year,
    months.is_whole,
    months.is_closed,
    months.opens_ledger,
    months.run_number,
    case when moved.period is null then 0 else moved.debit end as debit,
    case when moved.period is null then 0 else moved.credit end as credit,
    case when moved.period is null then 0 else moved.change end as change
from accounts
inner join {{ ref('int_accounts') }} as classified
    on accounts.organization_id = classified.organization_id and accounts.account_number = classified.account_number
inner join {{ ref('int_ledger_months') }} as months on accounts.organization_id = months.organization_id
left join moved
    on
        accounts.organization_id = moved.organization_id
        and accounts.account_number = moved.account_number
        and months.period = moved.period
