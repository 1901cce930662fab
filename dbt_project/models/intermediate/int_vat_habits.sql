with counted as (
    select
        readings.organization_id,
        readings.tax_id,
        readings.tax_rate,
        count_if(coalesce(readings.fits_net and not readings.fits_gross, false)) as net_vouchers,
        count_if(coalesce(readings.fits_gross and not readings.fits_net, false)) as gross_vouchers
    from {{ ref('int_vat_readings') }} as readings
    group by readings.organization_id, readings.tax_id, readings.tax_rate
)

select
    counted.*,
    counted.gross_vouchers > counted.net_vouchers as is_gross
from counted
