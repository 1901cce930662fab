-- Net and tax of an invoice add up to its gross amount.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

select
    invoices.organization_id,
    invoices.invoice_number,
    invoices.order_id,
    invoices.net_amount,
    invoices.tax_amount,
    invoices.gross_amount
from {{ ref('invoices') }} as invoices
where invoices.net_amount + invoices.tax_amount <> invoices.gross_amount
