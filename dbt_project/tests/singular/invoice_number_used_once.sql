-- A number names one invoice; leading zeros make no other number of it.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

select
    invoices.organization_id,
    {{ invoice_number_key('invoices.invoice_number') }} as invoice_number,
    count(*) as invoices,
    string_agg(invoices.order_id, ', ' order by invoices.order_id) as order_ids
from {{ ref('invoices') }} as invoices
group by invoices.organization_id, {{ invoice_number_key('invoices.invoice_number') }}
having count(*) > 1
