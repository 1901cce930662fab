with vouchers_by_reading as (
    select
        readings.organization_id,
        readings.tax_id,
        readings.tax_rate,
        sum(case when readings.fits_net and not readings.fits_gross then 1 else 0 end) as net_vouchers,
        sum(case when readings.fits_gross and not readings.fits_net then 1 else 0 end) as gross_vouchers
    from {{ ref('int_vat_readings') }} as readings
    group by readings.organization_id, readings.tax_id, readings.tax_rate
)

select
    vouchers_by_reading.*,
    vouchers_by_reading.gross_vouchers > vouchers_by_reading.net_vouchers as is_gross
from vouchers_by_reading
