-- A voucher that touches the settlement account says nothing about what is owed: all of its lines are left out.
with accounts as (
    select
        vat.organization_id,
        vat.account_number,
        min(vat.direction) as direction,
        min(vat.valid_from) as valid_from
    from {{ ref('int_vat_accounts') }} as vat
    group by vat.organization_id, vat.account_number
),

settled as (
    select
        settlements.organization_id,
        settlements.period,
        min(settlements.settled_at) as settled_at
    from {{ ref('int_vat_settlements') }} as settlements
    group by settlements.organization_id, settlements.period
)

select
    lines.organization_id,
    lines.partition_date,
    lines._ordinal,
    lines.line_id,
    coalesce(lines.voucher_id, lines.line_id) as voucher_id,
    lines.account_number,
    lines.amount,
    greatest(lines.currency_rate, 1) as currency_rate,
    days.period,
    days.vat_date,
    accounts.account_number is not null as is_vat,
    accounts.direction as account_direction,
    lines.tax_id,
    codes.tax_number,
    coalesce(lines.tax_rate, codes.tax_rate) as tax_rate,
    codes.standard_tax_code,
    codes.direction,
    codes.side,
    coalesce(lines.created_at > settled.settled_at, false) as is_late
from {{ ref('int_ledger_lines') }} as lines
inner join {{ ref('int_vat_days') }} as days
    on
        lines.organization_id = days.organization_id
        and coalesce(lines.period_date, lines.posting_date) = days.vat_date
left join accounts
    on
        lines.account_number = accounts.account_number
        and days.vat_date >= accounts.valid_from
        and {{ holds_for('accounts', 'lines') }}
left join {{ ref('int_tax_codes') }} as codes
    on lines.organization_id = codes.organization_id and lines.tax_id = codes.tax_id
left join settled on lines.organization_id = settled.organization_id and days.period = settled.period
where
    (lines.tax_id is not null or accounts.account_number is not null)
    and not exists (
        select 1 from {{ ref('int_vat_settlements') }} as settlements
        where settlements.organization_id = lines.organization_id and settlements.voucher_id = lines.voucher_id
    )
