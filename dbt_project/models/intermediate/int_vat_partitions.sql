-- What a day's VAT depends on besides its lines: codes, accounts, terms, and which of its vouchers are settlements.
with codes as (
    select
        known.organization_id,
        {{ digest_of_rows('known', 'known.tax_id') }} as digest
    from {{ ref('int_tax_codes') }} as known
    group by known.organization_id
),

accounts as (
    select
        vat.organization_id,
        {{ digest_of_rows('vat', 'vat.account_number, vat.standard_tax_code, vat.direction, vat.valid_from') }} as digest
    from {{ ref('int_vat_accounts') }} as vat
    group by vat.organization_id
),

controls as (
    select
        control.organization_id,
        {{ digest_of_rows('control', 'control.account_number') }} as digest
    from {{ ref('int_control_accounts') }} as control
    group by control.organization_id
),

terms as (
    select {{ digest_of_rows('length', 'length.organization_id, length.valid_from, length.months') }} as digest
    from {{ ref('vat_terms') }} as length
),

settlements as (
    select
        lines.organization_id,
        lines.partition_date,
        string_agg(distinct lines.voucher_id, ',' order by lines.voucher_id asc) as vouchers
    from {{ ref('int_ledger_lines') }} as lines
    inner join (
        select distinct
            settled.organization_id,
            settled.voucher_id
        from {{ ref('int_vat_settlements') }} as settled
    ) as vouchers
        on lines.organization_id = vouchers.organization_id and lines.voucher_id = vouchers.voucher_id
    group by lines.organization_id, lines.partition_date
)

select
    sums.organization_id,
    sums.partition_date,
    concat_ws(
        '/',
        any_value(sums._digest),
        {{ followers_digest() }},
        any_value(codes.digest),
        any_value(accounts.digest),
        any_value(controls.digest),
        any_value(terms.digest),
        any_value(settlements.vouchers)
    ) as _digest
from {{ ref('int_day_sums') }} as sums
cross join terms
left join codes on sums.organization_id = codes.organization_id
left join accounts on sums.organization_id = accounts.organization_id
left join controls on sums.organization_id = controls.organization_id
left join settlements on sums.organization_id = settlements.organization_id and sums.partition_date = settlements.partition_date
where
    sums.coded_lines > 0
    or exists (
        select 1 from {{ ref('int_vat_accounts') }} as vat
        where vat.organization_id = sums.organization_id and vat.account_number = sums.account_number
    )
group by sums.organization_id, sums.partition_date
