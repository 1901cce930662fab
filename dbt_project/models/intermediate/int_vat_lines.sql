{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_vat_partitions')) }}",
) }}

-- A voucher that touches the settlement account moves VAT that was owed before: all of its lines are left out.
with vat_accounts as (
    select
        accounts.organization_id,
        accounts.account_number,
        min(accounts.direction) as direction,
        min(accounts.valid_from) as valid_from
    from {{ ref('int_vat_accounts') }} as accounts
    group by accounts.organization_id, accounts.account_number
)

select
    lines.organization_id,
    lines.partition_date,
    partitions._digest,
    lines._ordinal,
    coalesce(lines.voucher_id, lines.line_id) as voucher_id,
    lines.account_number,
    lines.amount,
    -- VAT rounded in another currency is off by more than an øre once converted
    coalesce(try_cast(least(greatest(lines.currency_rate, 1), 100) as decimal(7, 4)), 1) as currency_rate,
    days.period,
    days.vat_date,
    vat_accounts.account_number is not null as is_vat,
    vat_accounts.direction as account_direction,
    lines.tax_id,
    codes.tax_number,
    coalesce(lines.tax_rate, codes.tax_rate) as tax_rate,
    case when {{ has_rate('codes.rates', 'coalesce(lines.tax_rate, codes.tax_rate)', 'days.vat_date') }} then codes.standard_tax_code end
        as standard_tax_code,
    case when {{ has_rate('codes.rates', 'coalesce(lines.tax_rate, codes.tax_rate)', 'days.vat_date') }} then codes.direction end
        as direction,
    case when {{ has_rate('codes.rates', 'coalesce(lines.tax_rate, codes.tax_rate)', 'days.vat_date') }} then codes.side end as side,
    lines.created_at
from {{ ref('int_ledger_lines') }} as lines
inner join {{ ref('int_vat_partitions') }} as partitions
    on lines.organization_id = partitions.organization_id and lines.partition_date = partitions.partition_date
inner join {{ ref('int_vat_days') }} as days
    on
        lines.organization_id = days.organization_id
        and coalesce(lines.period_date, lines.posting_date) = days.vat_date
left join vat_accounts
    on
        lines.organization_id = vat_accounts.organization_id
        and lines.account_number = vat_accounts.account_number
        and days.vat_date >= vat_accounts.valid_from
left join {{ ref('int_tax_codes') }} as codes
    on lines.organization_id = codes.organization_id and lines.tax_id = codes.tax_id
left join {{ ref('int_control_accounts') }} as control_accounts
    on
        lines.organization_id = control_accounts.organization_id
        and lines.account_number = control_accounts.account_number
where
    {{ in_chosen_partitions('lines') }}
    and (
        vat_accounts.account_number is not null
        or (lines.tax_id is not null and control_accounts.account_number is null)
    )
    and not exists (
        select 1 from {{ ref('int_vat_settlements') }} as settlements
        where settlements.organization_id = lines.organization_id and settlements.voucher_id = lines.voucher_id
    )
