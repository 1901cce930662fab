-- What a day's VAT depends on besides its lines: codes, accounts, terms, and which of its vouchers are settlements.
with codes as (
    select
        known.organization_id,
        md5(cast(list(known order by known.tax_id) as varchar)) as digest
    from {{ ref('int_tax_codes') }} as known
    group by known.organization_id
),

accounts as (
    select
        vat.organization_id,
        md5(cast(list(
            vat order by vat.account_number, vat.standard_tax_code, vat.direction, vat.valid_from
        ) as varchar)) as digest,
        list(distinct vat.account_number) as numbers
    from {{ ref('int_vat_accounts') }} as vat
    group by vat.organization_id
),

controls as (
    select
        control.organization_id,
        md5(cast(list(control order by control.account_number) as varchar)) as digest
    from {{ ref('int_control_accounts') }} as control
    group by control.organization_id
),

terms as (
    select md5(cast(list(length order by length.organization_id, length.valid_from, length.months) as varchar)) as digest
    from {{ ref('vat_terms') }} as length
),

settlements as (
    select distinct
        vouchers.organization_id,
        vouchers.voucher_id
    from {{ ref('int_vat_settlements') }} as vouchers
)

select
    lines.organization_id,
    lines.partition_date,
    concat_ws(
        '/',
        any_value(lines._digest),
        {{ vat_models_digest() }},
        any_value(codes.digest),
        any_value(accounts.digest),
        any_value(controls.digest),
        any_value(terms.digest),
        string_agg(distinct settlements.voucher_id, ',' order by settlements.voucher_id asc)
    ) as _digest
from {{ ref('int_ledger_lines') }} as lines
cross join terms
left join codes on lines.organization_id = codes.organization_id
left join accounts on lines.organization_id = accounts.organization_id
left join controls on lines.organization_id = controls.organization_id
left join settlements on lines.organization_id = settlements.organization_id and lines.voucher_id = settlements.voucher_id
where lines.tax_id is not null or list_contains(accounts.numbers, lines.account_number)
group by lines.organization_id, lines.partition_date
