-- The VAT that a voucher posted is that of its coded lines, read as net or as gross, within rounding; and each way that
-- its code goes is posted.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'vat_by_period'}}}) }}

with wanted as (
    select
        vouchers.organization_id,
        vouchers.partition_date,
        vouchers.voucher_id,
        vouchers.period,
        vouchers.tax_id,
        vouchers.tax_rate,
        vouchers.tax_number,
        vouchers.standard_tax_code,
        vouchers.coded_amount,
        vouchers.rounding_allowed,
        vouchers.side,
        abs(vouchers.expected_tax) as expected_tax,
        -- at rate 0, VAT that the buyer owes is of an amount that the line does not say
        coalesce(
            vouchers.tax_rate = 0 and codes.rate_class <> 'zero' and codes.side = 'purchase'
            and codes.direction in ('output', 'both'), false
        ) as is_of_any_amount,
        case vouchers.direction when 'both' then sides.direction else vouchers.direction end as direction
    from {{ ref('int_vat_vouchers') }} as vouchers
    left join (values ('output'), ('deductible')) as sides (direction) on vouchers.direction = 'both'
    left join {{ ref('standard_tax_codes') }} as codes on vouchers.standard_tax_code = codes.standard_tax_code
    -- depends_on: {{ ref('vat_by_period') }}
    where (vouchers.direction is not null or vouchers.standard_tax_code is null)
),

posted as (
    select
        amounts.organization_id,
        amounts.partition_date,
        amounts.voucher_id,
        amounts.period,
        amounts.tax_id,
        amounts.tax_rate,
        amounts.direction,
        sum(amounts.tax_amount) as tax_amount
    from {{ ref('int_vat_amounts') }} as amounts
    where amounts.claimed_by in ('line', 'voucher', 'law')
    group by all
)

select
    wanted.organization_id,
    wanted.voucher_id,
    wanted.period,
    wanted.tax_number,
    wanted.standard_tax_code,
    coalesce(wanted.direction, posted.direction) as direction,
    wanted.coded_amount,
    wanted.expected_tax,
    posted.tax_amount
from wanted
left join posted
    on
        wanted.organization_id = posted.organization_id
        and wanted.partition_date = posted.partition_date
        and wanted.voucher_id = posted.voucher_id
        and wanted.period = posted.period
        and wanted.tax_id = posted.tax_id
        and wanted.tax_rate is not distinct from posted.tax_rate
        and coalesce(wanted.direction, posted.direction) = posted.direction
where
    wanted.coded_amount is not null
    and (posted.voucher_id is null or posted.tax_amount is not null)
    and (case
        when wanted.is_of_any_amount then coalesce(posted.tax_amount, 0) = 0
        else abs(abs(coalesce(posted.tax_amount, 0)) - coalesce(wanted.expected_tax, 0)) > wanted.rounding_allowed
    end
    or sign(coalesce(posted.tax_amount, 0)) * sign(wanted.coded_amount)
    = case
        when wanted.standard_tax_code is null then null
        when wanted.side = 'purchase' and wanted.direction = 'output' then 1
        else -1
    end)
