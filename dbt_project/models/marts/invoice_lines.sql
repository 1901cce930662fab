select
    lines.organization_id,
    lines.order_id,
    lines.line_id,
    orders.invoice_number,
    lines.line_type,
    lines.product_id,
    lines.product_number,
    lines.description,
    lines.quantity,
    lines.price,
    lines.discount_rate,
    {{ line_list_amount('lines') }} as amount_before_discount,
    cast({{ line_list_amount('lines') }} - {{ line_net_amount('lines') }} as decimal(18, 2)) as discount_amount,
    {{ line_net_amount('lines') }} as net_amount,
    coalesce(lines.tax_number, taxes.tax_number) as tax_number,
    lines.tax_rate,
    lines.account_number
from {{ ref('stg_salesorder_lines') }} as lines
inner join {{ ref('int_invoiced_orders') }} as orders
    -- lines are read by the day of their order; those of a day that the order has left are not its lines any more
    on
        lines.organization_id = orders.organization_id
        and lines.partition_date = orders.partition_date
        and lines.order_id = orders.order_id
left join {{ ref('stg_taxes') }} as taxes
    on lines.organization_id = taxes.organization_id and lines.tax_id = taxes.tax_id
