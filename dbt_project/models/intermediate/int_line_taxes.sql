{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_vat_read_partitions')) }}",
) }}

with posted as (
    select
        amounts.organization_id,
        amounts.partition_date,
        amounts.voucher_id,
        amounts.period,
        amounts.tax_id,
        amounts.tax_rate,
        {{ told_sum('amounts.tax_amount') | indent(8) }} as tax_amount,
        sum(case when amounts.direction = 'deductible' then 1 else 0 end) > 0 as is_deducted,
        {{ told_sum("case when amounts.direction = 'deductible' then amounts.tax_amount else 0 end") | indent(8) }} as deductible_amount
    from {{ ref('int_vat_amounts') }} as amounts
    where amounts.claimed_by in ('line', 'voucher', 'law') and {{ in_chosen_partitions('amounts') }}
    group by all
),

based as (
    select
        lines.organization_id,
        lines.partition_date,
        lines._ordinal,
        lines.voucher_id,
        lines.period,
        lines.direction,
        lines.created_at,
        lines.amount,
        vouchers.is_gross,
        vouchers.coded_amount,
        -- of a code that goes both ways, the way that deducts
        case
            when posted.is_deducted then posted.deductible_amount
            when vouchers.direction = 'both' or posted.organization_id is null then 0
            else posted.tax_amount
        end as voucher_tax,
        {{ told_sum('lines.amount', 'so_far') | indent(8) }} as coded_so_far
    from {{ ref('int_vat_lines') }} as lines
    inner join {{ ref('int_vat_vouchers') }} as vouchers
        on
            lines.organization_id = vouchers.organization_id
            and lines.partition_date = vouchers.partition_date
            and lines.voucher_id = vouchers.voucher_id
            and lines.period = vouchers.period
            and lines.tax_id = vouchers.tax_id
            and lines.tax_rate is not distinct from vouchers.tax_rate
    left join posted
        on
            vouchers.organization_id = posted.organization_id
            and vouchers.partition_date = posted.partition_date
            and vouchers.voucher_id = posted.voucher_id
            and vouchers.period = posted.period
            and vouchers.tax_id = posted.tax_id
            and vouchers.tax_rate is not distinct from posted.tax_rate
    where not lines.is_vat and {{ in_chosen_partitions('lines') }}
    window so_far as (
        partition by
            lines.organization_id, lines.partition_date, lines.voucher_id, lines.period, lines.tax_id, lines.tax_rate
        order by lines._ordinal asc
        rows between unbounded preceding and current row
    )
),

-- each line's part is what the running total gains, so that the parts add up to the voucher's VAT
divided as (
    select
        based.*,
        case
            when based.voucher_tax = 0 then 0
            when based.amount = based.coded_amount and based.amount = based.coded_so_far then based.voucher_tax
            else
                {{ proportion('based.voucher_tax', 'based.coded_so_far', 'based.coded_amount') }}
                - {{ proportion('based.voucher_tax', '(based.coded_so_far - based.amount)', 'based.coded_amount') }}
        end as tax_amount
    from based
)

select
    lines.organization_id,
    lines.partition_date,
    partitions._digest,
    lines._ordinal,
    lines.line_id,
    divided.voucher_id,
    divided.period,
    divided.created_at,
    lines.tax_id,
    codes.tax_number,
    case
        when {{ has_rate(
            'codes.rates', 'coalesce(lines.tax_rate, codes.tax_rate)', 'coalesce(lines.period_date, lines.posting_date)'
        ) }} then codes.standard_tax_code
    end as standard_tax_code,
    divided.direction,
    coalesce(lines.tax_rate, codes.tax_rate) as tax_rate,
    cast(case
        when divided.is_gross then divided.amount - sign(divided.amount) * abs(divided.tax_amount)
        else divided.amount
    end as decimal(18, 2)) as tax_base,
    cast(divided.tax_amount as decimal(18, 2)) as tax_amount
from {{ ref('int_ledger_lines') }} as lines
inner join {{ ref('int_vat_read_partitions') }} as partitions
    on lines.organization_id = partitions.organization_id and lines.partition_date = partitions.partition_date
left join {{ ref('int_tax_codes') }} as codes
    on lines.organization_id = codes.organization_id and lines.tax_id = codes.tax_id
left join divided
    on
        lines.organization_id = divided.organization_id
        and lines.partition_date = divided.partition_date
        and lines._ordinal = divided._ordinal
where lines.tax_id is not null and {{ in_chosen_partitions('lines') }}
