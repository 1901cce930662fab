-- A number that is a standard code itself may be a tenant's own code of another rate: it is the standard one only at the
-- rates of that code. What somebody mapped by hand is taken as it stands.
with rates as (
    select
        codes.standard_tax_code,
        -- a credit note is at the rate of what it credits
        {{ rates_of_code(
            'rates.rate', 'rates.valid_from', "coalesce(rates.valid_until + interval 1 year, date '9999-12-31')"
        ) }} as rates
    from {{ ref('standard_tax_codes') }} as codes
    inner join (
        select
            vat_rates.rate_class,
            vat_rates.rate,
            vat_rates.valid_from,
            lead(vat_rates.valid_from) over (
                partition by vat_rates.rate_class order by vat_rates.valid_from asc
            ) as valid_until
        from {{ ref('vat_rates') }} as vat_rates
    ) as rates
        on
            codes.rate_class = rates.rate_class
            -- the line itself may bear none: VAT that the buyer owes, that customs reckoned, or that another line declares
            or (
                rates.rate_class = 'zero'
                and (
                    codes.standard_tax_code in ('14', '15', '21', '22')
                    or (codes.side = 'purchase' and codes.direction in ('output', 'both'))
                )
            )
    group by codes.standard_tax_code
),

mapped as (
    select
        taxes.organization_id,
        taxes.tax_id,
        taxes.tax_number,
        taxes.tax_rate,
        mapping.standard_tax_code,
        mapping.organization_id is null
        and cast(mapping.tax_number as varchar) = mapping.standard_tax_code as is_taken_by_number
    from {{ ref('stg_taxes') }} as taxes
    left join {{ ref('tax_code_map') }} as mapping
        on taxes.tax_number = mapping.tax_number and {{ holds_for('mapping', 'taxes') }}
    -- an organization's own row goes before the one for all
    qualify row_number() over (
        partition by taxes.organization_id, taxes.tax_id
        order by mapping.organization_id asc nulls last, mapping.standard_tax_code asc
    ) = 1
)

select
    mapped.organization_id,
    mapped.tax_id,
    mapped.tax_number,
    mapped.tax_rate,
    codes.standard_tax_code,
    codes.direction,
    codes.side,
    case when mapped.is_taken_by_number and codes.standard_tax_code is not null then rates.rates end as rates
from mapped
left join rates on mapped.standard_tax_code = rates.standard_tax_code
left join {{ ref('standard_tax_codes') }} as codes
    on
        mapped.standard_tax_code = codes.standard_tax_code
        and (
            not mapped.is_taken_by_number
            or rates.rates is null
            or {{ has_rate('rates.rates', 'mapped.tax_rate') }}
        )
