-- An invoice has order lines. Lines that never landed are no evidence against the books.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

select
    invoices.organization_id,
    invoices.invoice_number,
    invoices.order_id
from {{ ref('invoices') }} as invoices
where
    exists (
        select 1 from {{ ref('stg_salesorder_lines') }} as known
        where known.organization_id = invoices.organization_id
    )
    and not exists (
        select 1 from {{ ref('invoice_lines') }} as lines
        where lines.organization_id = invoices.organization_id and lines.order_id = invoices.order_id
    )
