-- Whether coded lines hold their VAT or not is not documented: each voucher is read the way that gives the VAT it
-- posted. Where both ways do or neither, as most of the code's vouchers are.
with posted as (
    select
        claims.organization_id,
        claims.voucher_id,
        claims.period,
        claims.direction,
        claims.tax_id,
        claims.tax_rate,
        sum(claims.moved_amount) as tax_amount
    from {{ ref('int_vat_claims') }} as claims
    where claims.claimed_by in ('line', 'voucher') and claims.claims = 1
    group by
        claims.organization_id, claims.voucher_id, claims.period, claims.direction, claims.tax_id, claims.tax_rate
),

both_ways as (
    select
        bases.*,
        {{ vat_on('bases.coded_amount', 'bases.tax_rate') }} as vat_if_net,
        {{ vat_in('bases.coded_amount', 'bases.tax_rate') }} as vat_if_gross
    from {{ ref('int_vat_bases') }} as bases
),

tried as (
    select
        both_ways.organization_id,
        both_ways.voucher_id,
        both_ways.period,
        both_ways.tax_id,
        both_ways.tax_rate,
        bool_and(abs(abs(posted.tax_amount) - abs(both_ways.vat_if_net)) <= both_ways.room) as fits_net,
        bool_and(abs(abs(posted.tax_amount) - abs(both_ways.vat_if_gross)) <= both_ways.room) as fits_gross
    from both_ways
    inner join posted
        on
            both_ways.organization_id = posted.organization_id
            and both_ways.voucher_id = posted.voucher_id
            and both_ways.period = posted.period
            and both_ways.tax_id = posted.tax_id
            and both_ways.tax_rate is not distinct from posted.tax_rate
    group by
        both_ways.organization_id, both_ways.voucher_id, both_ways.period, both_ways.tax_id, both_ways.tax_rate
),

habits as (
    select
        tried.organization_id,
        tried.tax_id,
        tried.tax_rate,
        count_if(tried.fits_gross and not tried.fits_net) > count_if(tried.fits_net and not tried.fits_gross) as is_gross
    from tried
    group by tried.organization_id, tried.tax_id, tried.tax_rate
),

read as (
    select
        both_ways.*,
        case
            when tried.fits_net is distinct from tried.fits_gross then coalesce(tried.fits_gross, false)
            else coalesce(habits.is_gross, false)
        end as is_gross,
        tried.fits_net or tried.fits_gross as fits
    from both_ways
    left join tried
        on
            both_ways.organization_id = tried.organization_id
            and both_ways.voucher_id = tried.voucher_id
            and both_ways.period = tried.period
            and both_ways.tax_id = tried.tax_id
            and both_ways.tax_rate is not distinct from tried.tax_rate
    left join habits
        on
            both_ways.organization_id = habits.organization_id
            and both_ways.tax_id = habits.tax_id
            and both_ways.tax_rate is not distinct from habits.tax_rate
)

select
    read.* exclude (vat_if_net, vat_if_gross),
    case when read.is_gross then read.vat_if_gross else read.vat_if_net end as expected_tax
from read
