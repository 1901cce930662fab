-- Every tax code on a line is mapped to a standard code, and its rate is one of that code: a row in the seed tax_code_map
-- is what an unmapped one needs.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'vat_by_period'}}}) }}

select
    taxes.organization_id,
    taxes.tax_number,
    taxes.tax_id,
    taxes.tax_rate,
    count(*) as records,
    case
        when any_value(map.tax_number) is not null
            then 'the standard code of this number has another rate then: map it in the seed tax_code_map, in a row of the organization'
        else 'map it in the seed tax_code_map'
    end as what_to_do
from {{ ref('int_line_taxes') }} as taxes
-- depends_on: {{ ref('vat_by_period') }}
left join {{ ref('tax_code_map') }} as map
    on taxes.tax_number = map.tax_number and map.organization_id is null and cast(map.tax_number as varchar) = map.standard_tax_code
where taxes.standard_tax_code is null
group by taxes.organization_id, taxes.tax_number, taxes.tax_id, taxes.tax_rate
