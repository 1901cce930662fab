{{ config(materialized='ephemeral') }}

-- Two orders may stand behind one item: a credit note that bears the number of its invoice, or a number used twice. The
-- first leaves the open amount with the invoice; the second has an answer only while all of it or nothing is open.
with orders as (
    select
        invoiced.organization_id,
        invoiced.order_id,
        invoiced.voucher_id,
        invoiced.invoice_number,
        count(*) over (partition by invoiced.organization_id, invoiced.voucher_id) as orders_of_voucher
    from {{ ref('int_invoiced_orders') }} as invoiced
    where invoiced.voucher_id is not null
),

posted as (
    select
        orders.organization_id,
        orders.order_id,
        lines.account_number,
        lines.customer_id,
        lines.item_kind,
        lines.item,
        {{ told_sum('lines.amount') | indent(8) }} as amount
    from orders
    inner join {{ ref('int_item_lines') }} as lines
        on
            orders.organization_id = lines.organization_id
            and orders.voucher_id = lines.voucher_id
            and (orders.orders_of_voucher = 1 or {{ invoice_number_key('orders.invoice_number') }} = lines.item)
    where lines.ledger = 'receivable' and lines.valid_to = {{ forever() }}
    group by
        orders.organization_id, orders.order_id,
        lines.account_number, lines.customer_id, lines.item_kind, lines.item
),

claims as (
    select
        posted.organization_id,
        posted.order_id,
        posted.amount,
        states.open_amount,
        states.open_amount_currency,
        states.currency_code,
        count(*) over item as orders_of_item,
        sum(case when posted.amount > 0 then 1 else 0 end) over item as invoices_of_item,
        {{ told_sum('posted.amount', 'item') | indent(8) }} as posted_to_item
    from posted
    inner join {{ ref('int_item_states') }} as states
        on
            posted.organization_id = states.organization_id
            and posted.account_number = states.account_number
            and posted.customer_id is not distinct from states.customer_id
            and posted.item_kind = states.item_kind
            and posted.item = states.item
    where states.valid_to = {{ forever() }}
    window item as (
        partition by
            posted.organization_id, posted.account_number, posted.customer_id, posted.item_kind, posted.item
    )
),

shares as (
    select
        claims.*,
        case
            when claims.orders_of_item = 1 then claims.open_amount
            when claims.invoices_of_item = 1 then case when claims.amount > 0 then claims.open_amount else 0 end
            when claims.open_amount = 0 then 0
            when claims.open_amount = claims.posted_to_item then claims.amount
        end as share,
        case when claims.orders_of_item = 1 then claims.open_amount_currency end as share_currency
    from claims
)

select
    shares.organization_id,
    shares.order_id,
    {{ known_sum('shares.amount') }} as posted_amount,
    {{ known_sum('shares.share') }} as open_amount,
    {{ known_sum('shares.share_currency') }} as open_amount_currency,
    case when min(shares.currency_code) = max(shares.currency_code) then min(shares.currency_code) end as currency_code
from shares
group by shares.organization_id, shares.order_id
