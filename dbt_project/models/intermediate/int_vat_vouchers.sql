{{ config(materialized='view') }}

-- Whether coded lines hold their VAT or not is not documented: each voucher is read the way that gives the VAT it
-- posted. Where both ways do or neither, as most of the code's vouchers are.
with chosen as (
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
    chosen.* exclude (_digest, vat_if_net, vat_if_gross, fits_net, fits_gross),
    chosen.fits_net or chosen.fits_gross as fits,
    case when chosen.is_gross then chosen.vat_if_gross else chosen.vat_if_net end as expected_tax
from chosen
