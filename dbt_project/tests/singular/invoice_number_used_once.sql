-- A number names one invoice.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

select
    invoices.organization_id,
    invoices.invoice_number,
    count(*) as invoices,
    string_agg(invoices.order_id, ', ' order by invoices.order_id) as order_ids
from {{ ref('invoices') }} as invoices
group by invoices.organization_id, invoices.invoice_number
having count(*) > 1
