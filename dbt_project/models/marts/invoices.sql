with invoices as (
    select
        orders.*,
        {{ own_currency('orders') }} as resolved_currency,
        {{ order_rate('orders') | indent(8) }},
        {{ cents('orders.net_amount') }} as net,
        {{ cents('orders.tax_amount') }} as tax,
        {{ cents('orders.gross_amount') }} as gross,
        nullif(orders.payment_method_id, '') is not null as is_paid_at_once,
        balances.posted_amount,
        case
            when balances.order_id is not null then balances.open_amount
            -- nothing stands on the receivable accounts, and nothing should
            when nullif(orders.payment_method_id, '') is not null or orders.gross_amount = 0 then 0
        end as open_amount,
        balances.open_amount_currency,
        balances.currency_code as posted_currency
    from {{ ref('int_invoiced_orders') }} as orders
    left join {{ ref('stg_organization_information') }} as organization
        on orders.organization_id = organization.organization_id
    left join {{ ref('int_currency_verdict') }} as basis
        on orders.organization_id = basis.organization_id
    left join {{ ref('int_invoice_balances') }} as balances
        on orders.organization_id = balances.organization_id and orders.order_id = balances.order_id
)

select
    invoices.organization_id,
    invoices.invoice_number,
    invoices.order_id,
    invoices.voucher_id,
    invoices.invoice_date,
    invoices.due_date,
    invoices.customer_id,
    invoices.customer_name,
    invoices.resolved_currency as currency_code,
    invoices.net as net_amount,
    invoices.tax as tax_amount,
    invoices.gross as gross_amount,
    cast(invoices.open_amount as decimal(18, 2)) as open_amount,
    case
        when invoices.is_paid_at_once then 'paid'
        when coalesce(invoices.posted_amount, invoices.gross_amount) < 0 then 'credit'
        when invoices.open_amount = 0 then 'paid'
        when invoices.open_amount < 0 then 'overpaid'
        when invoices.open_amount < invoices.posted_amount then 'partly paid'
        when invoices.open_amount >= invoices.posted_amount then 'open'
    end as status,
    invoices.order_status,
    case
        when invoices.open_amount = 0 then 0
        when invoices.posted_currency = invoices.resolved_currency then invoices.open_amount_currency
    end as open_amount_currency,
    {{ cents('invoices.posted_amount') }} as posted_amount,
    invoices.currency_rate,
    invoices.order_date,
    invoices.payment_reference,
    invoices.payment_method_id,
    invoices.reference_number,
    invoices.customer_organization_number,
    invoices.customer_country_code,
    customers.name as customer_name_now,
    customers.organization_number as customer_organization_number_now,
    customers.address_visit_country_code as customer_country_code_now,
    invoices.created_at,
    invoices.modified_at,
    invoices.base_currency,
    {{ in_base_currency('invoices.net', 'invoices') | indent(4) }} as net_amount_base,
    {{ in_base_currency('invoices.tax', 'invoices') | indent(4) }} as tax_amount_base,
    {{ in_base_currency('invoices.gross', 'invoices') | indent(4) }} as gross_amount_base,
    invoices.rate_per,
    invoices.rate_source
from invoices
left join {{ ref('stg_customers') }} as customers
    on invoices.organization_id = customers.organization_id and invoices.customer_id = customers.customer_id
