-- An order's amount with more than two decimals is shown as NULL, not rounded; here it is named.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

select
    invoices.organization_id,
    invoices.order_id
from {{ ref('invoices') }} as invoices
inner join {{ ref('int_invoiced_orders') }} as orders
    on invoices.organization_id = orders.organization_id and invoices.order_id = orders.order_id
where
    invoices.net_amount is distinct from orders.net_amount
    or invoices.tax_amount is distinct from orders.tax_amount
    or invoices.gross_amount is distinct from orders.gross_amount
