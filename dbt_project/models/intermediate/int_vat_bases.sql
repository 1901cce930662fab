{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_vat_partitions')) }}",
) }}

select
    lines.organization_id,
    lines.partition_date,
    lines._digest,
    lines.voucher_id,
    lines.period,
    lines.tax_id,
    lines.tax_rate,
    any_value(lines.tax_number) as tax_number,
    any_value(lines.standard_tax_code) as standard_tax_code,
    any_value(lines.direction) as direction,
    any_value(lines.side) as side,
    try_cast({{ told_sum('lines.amount') | indent(4) }} as decimal(18, 2)) as coded_amount,
    -- how far rounding may carry VAT from base times rate: an øre for each line and one for the VAT itself
    cast(0.01 as decimal(3, 2)) * (cast(count(*) as integer) + 1) * max(lines.currency_rate) as rounding_allowed,
    max(lines.created_at) as last_created_at
from {{ ref('int_vat_lines') }} as lines
where not lines.is_vat and {{ in_chosen_partitions('lines') }}
group by
    lines.organization_id,
    lines.partition_date,
    lines._digest,
    lines.voucher_id,
    lines.period,
    lines.tax_id,
    lines.tax_rate
