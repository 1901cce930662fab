with mapped as (
    select
        taxes.organization_id,
        taxes.tax_id,
        taxes.tax_number,
        taxes.tax_rate,
        mapping.standard_tax_code
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
    codes.side
from mapped
left join {{ ref('standard_tax_codes') }} as codes on mapped.standard_tax_code = codes.standard_tax_code
