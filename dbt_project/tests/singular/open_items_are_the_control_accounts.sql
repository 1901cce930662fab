-- Open items, summed by account, are the control account's balance in the trial balance, wherever both are known.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'open_items'}}}) }}

with items as (
    select
        open_items.organization_id,
        open_items.as_of,
        open_items.account_number,
        {{ known_sum('open_items.open_amount') }} as open_amount
    from {{ ref('open_items') }} as open_items
    group by open_items.organization_id, open_items.as_of, open_items.account_number
),

-- the trial balance knows the end of a month and the last landed day
landed as (
    select
        days.organization_id,
        max(days.landed_date) as last_date
    from {{ ref('int_landed_days') }} as days
    group by days.organization_id
)

select
    balances.organization_id,
    balances.account_number,
    dates.as_of,
    balances.closing_balance,
    items.open_amount
from {{ ref('trial_balance') }} as balances
inner join {{ ref('int_control_accounts') }} as accounts
    on balances.organization_id = accounts.organization_id and balances.account_number = accounts.account_number
inner join {{ ref('int_as_of_dates') }} as dates
    on
        balances.organization_id = dates.organization_id
        and balances.period = date_trunc('month', dates.as_of)
inner join landed
    on
        dates.organization_id = landed.organization_id
        and dates.as_of >= least(last_day(balances.period), landed.last_date)
left join items
    on
        balances.organization_id = items.organization_id
        and balances.account_number = items.account_number
        and dates.as_of = items.as_of
where
    balances.row_kind = 'account'
    and balances.closing_balance
    <> case when items.as_of is null then 0 else coalesce(items.open_amount, balances.closing_balance + 1) end
    -- an item of an amount that nobody can tell stays NULL, although the ERP may report a later balance
    and not (
        items.open_amount is null
        and exists (
            select 1 from {{ ref('int_subledger_lines') }} as lines
            where
                lines.organization_id = balances.organization_id
                and lines.account_number = balances.account_number
                and lines.posting_date <= dates.as_of
                and lines.amount is null
        )
    )
