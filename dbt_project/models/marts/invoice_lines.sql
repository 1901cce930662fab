with orders as (
    select
        invoiced.organization_id,
        invoiced.partition_date,
        invoiced.order_id,
        invoiced.invoice_number,
        {{ own_currency('invoiced') }} as currency_code,
        invoiced.currency_rate,
        {{ order_rate('invoiced') | indent(8) }}
    from {{ ref('int_invoiced_orders') }} as invoiced
    left join {{ ref('stg_organization_information') }} as organization
        on invoiced.organization_id = organization.organization_id
    left join {{ ref('int_currency_verdict') }} as basis
        on invoiced.organization_id = basis.organization_id
),

lines as (
    select
        order_lines.*,
        {{ line_list_amount('order_lines') | indent(8) }} as list_amount,
        {{ line_net_amount('order_lines') | indent(8) }} as net_amount
    from {{ ref('stg_salesorder_lines') }} as order_lines
)

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
    lines.list_amount as amount_before_discount,
    cast(lines.list_amount - lines.net_amount as decimal(18, 2)) as discount_amount,
    lines.net_amount,
    coalesce(lines.tax_number, taxes.tax_number) as tax_number,
    lines.tax_rate,
    lines.account_number,
    orders.currency_code,
    orders.base_currency,
    {{ in_base_currency('lines.list_amount', 'orders') | indent(4) }} as amount_before_discount_base,
    -- the three add up in both currencies
    try_cast(
        {{ in_base_currency('lines.list_amount', 'orders') | indent(8) }}
        - {{ in_base_currency('lines.net_amount', 'orders') | indent(8) }} as decimal(18, 2)
    ) as discount_amount_base,
    {{ in_base_currency('lines.net_amount', 'orders') | indent(4) }} as net_amount_base,
    orders.currency_rate,
    orders.rate_per,
    orders.rate_source
from lines
inner join orders
    -- lines are read by the day of their order; those of a day that the order has left are not its lines any more
    on
        lines.organization_id = orders.organization_id
        and lines.partition_date = orders.partition_date
        and lines.order_id = orders.order_id
left join {{ ref('stg_taxes') }} as taxes
    on lines.organization_id = taxes.organization_id and lines.tax_id = taxes.tax_id
