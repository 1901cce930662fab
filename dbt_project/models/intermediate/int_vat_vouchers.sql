{{ config(materialized='view') }}

-- Whether coded lines hold their VAT or not is not documented: each voucher is read the way that gives the VAT it
-- posted. Where both ways do or neither, as most of the code's vouchers are.
with with_reading as (
    select
        readings.*,
        case
            when readings.fits_net <> readings.fits_gross then readings.fits_gross
            else coalesce(habits.is_gross, false)
        end as is_gross
    from {{ ref('int_vat_readings') }} as readings
    left join {{ ref('int_vat_habits') }} as habits
        on
            readings.organization_id = habits.organization_id
            and readings.tax_id = habits.tax_id
            and readings.tax_rate is not distinct from habits.tax_rate
)

select
    with_reading.* exclude (_digest, vat_if_net, vat_if_gross, fits_net, fits_gross),
    with_reading.fits_net or with_reading.fits_gross as fits,
    case when with_reading.is_gross then with_reading.vat_if_gross else with_reading.vat_if_net end as expected_tax
from with_reading
