{{ config(materialized='view') }}

select orders.*
from {{ ref('stg_salesorders') }} as orders
where orders.order_status in ('Invoice', 'AdvanceInvoice') and nullif(orders.invoice_number, '') is not null
