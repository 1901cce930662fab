-- What moves a VAT account belongs to a tax code: that of its line, of its voucher, or the account's only one.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'vat_by_period'}}}) }}

select
    amounts.organization_id,
    amounts.period,
    amounts.voucher_id,
    amounts.account_number,
    amounts.tax_amount
from {{ ref('int_vat_amounts') }} as amounts
-- depends_on: {{ ref('vat_by_period') }}
where amounts.claimed_by = 'nobody' and amounts.tax_amount <> 0
