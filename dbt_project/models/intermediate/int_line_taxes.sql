with posted as (
    select
        amounts.organization_id,
        amounts.voucher_id,
        amounts.period,
        amounts.tax_id,
        amounts.tax_rate,
        -- of a code that goes both ways, the way that deducts
        coalesce(
            sum(amounts.tax_amount) filter (where amounts.direction = 'deductible'), sum(amounts.tax_amount)
        ) as tax_amount
    from {{ ref('int_vat_amounts') }} as amounts
    where amounts.claimed_by in ('line', 'voucher', 'law')
    group by amounts.organization_id, amounts.voucher_id, amounts.period, amounts.tax_id, amounts.tax_rate
),

based as (
    select
        lines.organization_id,
        lines.partition_date,
        lines._ordinal,
        lines.voucher_id,
        lines.period,
        lines.direction,
        lines.is_late,
        lines.amount,
        vouchers.is_gross,
        vouchers.coded_amount,
        coalesce(posted.tax_amount, 0) as voucher_tax,
        sum(lines.amount) over (
            partition by lines.organization_id, lines.voucher_id, lines.period, lines.tax_id, lines.tax_rate
            order by lines.partition_date asc, lines._ordinal asc
            rows between unbounded preceding and current row
        ) as coded_so_far
    from {{ ref('int_vat_lines') }} as lines
    inner join {{ ref('int_vat_vouchers') }} as vouchers
        on
            lines.organization_id = vouchers.organization_id
            and lines.voucher_id = vouchers.voucher_id
            and lines.period = vouchers.period
            and lines.tax_id = vouchers.tax_id
            and lines.tax_rate is not distinct from vouchers.tax_rate
    left join posted
        on
            vouchers.organization_id = posted.organization_id
            and vouchers.voucher_id = posted.voucher_id
            and vouchers.period = posted.period
            and vouchers.tax_id = posted.tax_id
            and vouchers.tax_rate is not distinct from posted.tax_rate
    where not lines.is_vat
),

-- each line's part is what the running total gains, so that the parts add up to the voucher's VAT
divided as (
    select
        based.*,
        case
            when based.voucher_tax = 0 then 0
            else
                {{ proportion('based.voucher_tax', 'based.coded_so_far', 'based.coded_amount') }}
                - {{ proportion('based.voucher_tax', '(based.coded_so_far - based.amount)', 'based.coded_amount') }}
        end as tax_amount
    from based
)

select
    lines.organization_id,
    lines.partition_date,
    lines._ordinal,
    lines.line_id,
    divided.voucher_id,
    divided.period,
    divided.is_late,
    lines.tax_id,
    codes.tax_number,
    codes.standard_tax_code,
    divided.direction,
    coalesce(lines.tax_rate, codes.tax_rate) as tax_rate,
    cast(case
        when divided.is_gross then divided.amount - sign(divided.amount) * abs(divided.tax_amount)
        else divided.amount
    end as decimal(18, 2)) as tax_base,
    cast(divided.tax_amount as decimal(18, 2)) as tax_amount
from {{ ref('int_ledger_lines') }} as lines
left join {{ ref('int_tax_codes') }} as codes
    on lines.organization_id = codes.organization_id and lines.tax_id = codes.tax_id
left join divided
    on
        lines.organization_id = divided.organization_id
        and lines.partition_date = divided.partition_date
        and lines._ordinal = divided._ordinal
where lines.tax_id is not null
