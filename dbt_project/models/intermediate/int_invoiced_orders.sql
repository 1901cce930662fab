{{ config(materialized='view') }}

-- an order lies in the partition of its day
select orders.* replace ({{ meant_due_date('orders.due_date', 'orders.partition_date') }} as due_date)
from {{ ref('stg_salesorders') }} as orders
where
    orders._moved_to is null
    and orders.order_status in ('Invoice', 'AdvanceInvoice')
    and nullif(orders.invoice_number, '') is not null
