select
    orders.organization_id,
    orders.invoice_number,
    orders.order_id,
    orders.voucher_id,
    orders.invoice_date,
    orders.due_date,
    orders.customer_id,
    orders.customer_name,
    {{ own_currency('orders') }} as currency_code,
    {{ cents('orders.net_amount') }} as net_amount,
    {{ cents('orders.tax_amount') }} as tax_amount,
    {{ cents('orders.gross_amount') }} as gross_amount,
    cast(null as decimal(18, 2)) as open_amount,
    cast(null as varchar) as status,
    orders.order_status,
    orders.order_date,
    orders.payment_reference,
    orders.payment_method_id,
    orders.reference_number,
    orders.created_at,
    orders.modified_at
from {{ ref('int_invoiced_orders') }} as orders
left join {{ ref('stg_organization_information') }} as organization
    on orders.organization_id = organization.organization_id
