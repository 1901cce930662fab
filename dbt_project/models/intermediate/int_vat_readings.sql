{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_vat_partitions')) }}",
) }}

with posted as (
    select
        claims.organization_id,
        claims.partition_date,
        claims.voucher_id,
        claims.period,
        claims.direction,
        claims.tax_id,
        claims.tax_rate,
        {{ told_sum('claims.moved_amount') | indent(8) }} as tax_amount
    from {{ ref('int_vat_claims') }} as claims
    where
        claims.claimed_by in ('line', 'voucher')
        and claims.claims = 1
        and {{ in_chosen_partitions('claims') }}
    group by all
),

both_ways as (
    select
        bases.*,
        {{ vat_on('bases.coded_amount', 'bases.tax_rate') }} as vat_if_net,
        {{ vat_in('bases.coded_amount', 'bases.tax_rate') }} as vat_if_gross
    from {{ ref('int_vat_bases') }} as bases
    where {{ in_chosen_partitions('bases') }}
),

fits_by_voucher as (
    select
        both_ways.organization_id,
        both_ways.partition_date,
        both_ways.voucher_id,
        both_ways.period,
        both_ways.tax_id,
        both_ways.tax_rate,
        bool_and(abs(abs(posted.tax_amount) - abs(both_ways.vat_if_net)) <= both_ways.rounding_allowed) as fits_net,
        bool_and(abs(abs(posted.tax_amount) - abs(both_ways.vat_if_gross)) <= both_ways.rounding_allowed) as fits_gross
    from both_ways
    inner join posted
        on
            both_ways.organization_id = posted.organization_id
            and both_ways.partition_date = posted.partition_date
            and both_ways.voucher_id = posted.voucher_id
            and both_ways.period = posted.period
            and both_ways.tax_id = posted.tax_id
            and both_ways.tax_rate is not distinct from posted.tax_rate
    group by all
)

select
    both_ways.*,
    fits_by_voucher.fits_net,
    fits_by_voucher.fits_gross
from both_ways
left join fits_by_voucher
    on
        both_ways.organization_id = fits_by_voucher.organization_id
        and both_ways.partition_date = fits_by_voucher.partition_date
        and both_ways.voucher_id = fits_by_voucher.voucher_id
        and both_ways.period = fits_by_voucher.period
        and both_ways.tax_id = fits_by_voucher.tax_id
        and both_ways.tax_rate is not distinct from fits_by_voucher.tax_rate
