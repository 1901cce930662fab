{{ config(materialized='incremental', incremental_strategy='replace_partitions') }}

with lines as (
    {{ typed('salesorder_lines', [
        ['line_id', 'id'],
        ['line_type', 'type'],
        ['product_id', 'product.id'],
        ['product_number', 'product.number'],
        ['description', 'description'],
        ['quantity', 'quantity', 'decimal'],
        ['price', 'price', 'decimal'],
        ['cost_price', 'costPrice', 'decimal'],
        ['discount_rate', 'discountRate', 'decimal'],
        ['tax_id', 'tax.id'],
        ['tax_number', 'tax.number', 'integer'],
        ['tax_rate', 'tax.rate', 'decimal'],
        ['account_id', 'account.id'],
        ['account_number', 'account.number', 'integer'],
        ['is_hidden', 'isHidden', 'boolean'],
        ['accrual_start_date', 'accrual.startDate', 'date'],
        ['accrual_months', 'accrual.length', 'integer'],
        ['dimensions', 'dimensions', [{'dimensionType': 'VARCHAR', 'value': 'VARCHAR', 'name': 'VARCHAR'}]],
    ], parents=['salesorder_id'], key=['salesorder_id', 'line_id']) | indent(4) }}
)

select
    lines.* exclude (salesorder_id),
    lines.salesorder_id as order_id
from lines
