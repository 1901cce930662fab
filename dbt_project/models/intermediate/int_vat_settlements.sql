with touching as (
    select distinct
        lines.organization_id,
        lines.voucher_id
    from {{ ref('int_ledger_lines') }} as lines
    inner join {{ ref('vat_settlement_accounts') }} as accounts
        on lines.account_number = accounts.account_number and {{ holds_for('accounts', 'lines') }}
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
        and cast(timezone('Europe/Oslo', timezone('UTC', lines.created_at)) as date) >= days.period_end
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
