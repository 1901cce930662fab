-- by their first digits, as VAT accounts are
with settlement_accounts as (
    select distinct
        chart.organization_id,
        chart.account_number
    from {{ ref('int_accounts') }} as chart
    inner join {{ ref('vat_settlement_accounts') }} as accounts
        on
            starts_with(cast(chart.account_number as varchar), cast(accounts.account_number as varchar))
            and {{ holds_for('accounts', 'chart') }}
),

touching as (
    select distinct
        lines.organization_id,
        lines.voucher_id
    from {{ ref('int_ledger_lines') }} as lines
    inner join settlement_accounts
        on
            lines.organization_id = settlement_accounts.organization_id
            and lines.account_number = settlement_accounts.account_number
    where lines.voucher_id is not null
),

vat_accounts as (
    select distinct
        accounts.organization_id,
        accounts.account_number
    from {{ ref('int_vat_accounts') }} as accounts
)

select
    touching.organization_id,
    touching.voucher_id,
    days.period,
    -- only what is made on the term's last day or later can settle it, and it moves the VAT accounts; the day is Oslo's
    min(lines.created_at) filter (
        where vat_accounts.account_number is not null
        and {{ oslo_day('lines.created_at') }} >= days.period_end
    ) as settled_at
from touching
inner join {{ ref('int_ledger_lines') }} as lines
    on touching.organization_id = lines.organization_id and touching.voucher_id = lines.voucher_id
inner join {{ ref('int_vat_days') }} as days
    on
        lines.organization_id = days.organization_id
        and coalesce(lines.period_date, lines.posting_date) = days.vat_date
left join vat_accounts
    on lines.organization_id = vat_accounts.organization_id and lines.account_number = vat_accounts.account_number
group by touching.organization_id, touching.voucher_id, days.period
