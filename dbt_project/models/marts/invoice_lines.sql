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
        {{ line_net_amount('order_lines') | indent(8) }} as net_amount,
        products.name as product_name,
        products.cost_price as product_cost_price
    from {{ ref('stg_salesorder_lines') }} as order_lines
    left join {{ ref('stg_products') }} as products
        on order_lines.organization_id = products.organization_id and order_lines.product_id = products.product_id
),

-- nothing says which currency the cost price on an order's line is in, where the order is in another than the organization's
costed as (
    select
        lines.*,
        orders.invoice_number,
        orders.currency_code,
        orders.base_currency,
        orders.currency_rate,
        orders.rate_per,
        orders.rate_source,
        case
            when orders.rate_source = 'own currency' and lines.cost_price is not null then 'order line'
            when lines.product_cost_price is not null then 'product'
        end as cost_source
    from lines
    inner join orders
        -- lines are read by the day of their order; those of a day that the order has left are not its lines any more
        on
            lines.organization_id = orders.organization_id
            and lines.partition_date = orders.partition_date
            and lines.order_id = orders.order_id
)

select
    costed.organization_id,
    costed.order_id,
    costed.line_id,
    costed.invoice_number,
    costed.line_type,
    costed.product_id,
    costed.product_number,
    costed.description,
    costed.quantity,
    costed.price,
    costed.discount_rate,
    costed.list_amount as amount_before_discount,
    cast(costed.list_amount - costed.net_amount as decimal(18, 2)) as discount_amount,
    costed.net_amount,
    coalesce(costed.tax_number, taxes.tax_number) as tax_number,
    costed.tax_rate,
    costed.account_number,
    costed.currency_code,
    costed.base_currency,
    {{ in_base_currency('costed.list_amount', 'costed') | indent(4) }} as amount_before_discount_base,
    -- the three add up in both currencies
    try_cast(
        {{ in_base_currency('costed.list_amount', 'costed') | indent(8) }}
        - {{ in_base_currency('costed.net_amount', 'costed') | indent(8) }} as decimal(18, 2)
    ) as discount_amount_base,
    {{ in_base_currency('costed.net_amount', 'costed') | indent(4) }} as net_amount_base,
    costed.currency_rate,
    costed.rate_per,
    costed.rate_source,
    costed.product_name,
    {{ quantity_at(
        'costed.quantity', "case costed.cost_source when 'order line' then costed.cost_price else costed.product_cost_price end"
    ) | indent(4) }} as cost_amount_base,
    costed.cost_source
from costed
left join {{ ref('stg_taxes') }} as taxes
    on costed.organization_id = taxes.organization_id and costed.tax_id = taxes.tax_id
