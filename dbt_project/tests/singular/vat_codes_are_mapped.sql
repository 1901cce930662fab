-- Every tax code on a line is mapped to a standard code: a row in the seed tax_code_map is what an unmapped one needs.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'vat_by_period'}}}) }}

select
    taxes.organization_id,
    taxes.tax_number,
    taxes.tax_id,
    count(*) as records
from {{ ref('int_line_taxes') }} as taxes
-- depends_on: {{ ref('vat_by_period') }}
where taxes.standard_tax_code is null
group by taxes.organization_id, taxes.tax_number, taxes.tax_id
