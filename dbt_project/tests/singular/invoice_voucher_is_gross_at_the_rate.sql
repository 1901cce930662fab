-- The receivable lines of an invoice's voucher are its gross amount at the order's rate, per 1 or per 100.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'invoices'}}}) }}

with rated as (
    select
        invoices.*,
        coalesce(invoices.currency_rate, 1) as rate
    from {{ ref('invoices') }} as invoices
    where invoices.posted_amount is not null and invoices.gross_amount is not null
)

select
    rated.organization_id,
    rated.invoice_number,
    rated.order_id,
    rated.voucher_id,
    rated.gross_amount,
    rated.rate,
    rated.posted_amount
from rated
where
    round({{ at_rate('rated.gross_amount', 'rated.rate', 1) }}, 2) is distinct from rated.posted_amount
    and round({{ at_rate('rated.gross_amount', 'rated.rate', 100) }}, 2) is distinct from rated.posted_amount
