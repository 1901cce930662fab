-- A KID of several invoices does not say which of them a payment is of. Where all that is under the KID comes to zero by a
-- day's end, that does not matter: all of it is settled. Nothing that is posted later can change that day.
with kids as (
    select
        invoices.organization_id,
        invoices.account_number,
        invoices.customer_id,
        invoices.payment_reference,
        {{ second_lowest('invoices.first_date') }} as several_from
    from {{ ref('int_kid_invoices') }} as invoices
    group by
        invoices.organization_id, invoices.account_number, invoices.customer_id, invoices.payment_reference
    having count(*) > 1
),

-- from its second KID on an invoice stands under two of them, and neither is settled by its sum any more
invoices as (
    select
        invoices.*,
        coalesce({{ second_lowest('invoices.first_date', over='of_invoice') }}, {{ forever() }}) as shared_from
    from {{ ref('int_kid_invoices') }} as invoices
    window of_invoice as (
        partition by
            invoices.organization_id, invoices.account_number, invoices.customer_id, invoices.invoice
    )
),

moves as (
    select
        invoices.organization_id,
        lines.ledger,
        invoices.account_number,
        invoices.customer_id,
        invoices.payment_reference,
        lines.item_kind,
        lines.item,
        greatest(lines.valid_from, invoices.first_date) as moved_on,
        lines.amount,
        lines.amount_currency,
        invoices.shared_from
    from invoices
    inner join kids
        on
            invoices.organization_id = kids.organization_id
            and invoices.account_number = kids.account_number
            and invoices.customer_id is not distinct from kids.customer_id
            and invoices.payment_reference = kids.payment_reference
    inner join {{ ref('int_item_lines') }} as lines
        on
            invoices.organization_id = lines.organization_id
            and invoices.account_number = lines.account_number
            and invoices.customer_id is not distinct from lines.customer_id
            and invoices.invoice = lines.item
            and lines.item_kind = 'invoice_number'
    union all
    select
        kids.organization_id,
        lines.ledger,
        kids.account_number,
        kids.customer_id,
        kids.payment_reference,
        lines.item_kind,
        lines.item,
        lines.valid_from as moved_on,
        lines.amount,
        lines.amount_currency,
        {{ forever() }} as shared_from
    from kids
    inner join {{ ref('int_item_lines') }} as lines
        on
            kids.organization_id = lines.organization_id
            and kids.account_number = lines.account_number
            and kids.customer_id is not distinct from lines.customer_id
            and kids.payment_reference = lines.payment_reference
            and lines.item_kind = 'line'
),

days as (
    select
        moves.organization_id,
        moves.account_number,
        moves.customer_id,
        moves.payment_reference,
        moves.moved_on,
        min(min(moves.shared_from)) over kid as shared_from,
        {{ told_sum(told_sum('moves.amount'), 'so_far') | indent(8) }} as balance,
        coalesce(sum(sum(moves.amount) filter (where moves.item_kind = 'line')) over so_far, 0) as unnamed
    from moves
    group by
        moves.organization_id, moves.account_number, moves.customer_id, moves.payment_reference, moves.moved_on
    window
        kid as (
            partition by
                moves.organization_id, moves.account_number, moves.customer_id, moves.payment_reference
        ),
        so_far as (
            partition by
                moves.organization_id, moves.account_number, moves.customer_id, moves.payment_reference
            order by moves.moved_on
        )
),

-- invoices and credit notes alone that come to zero are left as they are: no payment says anything
settlement_days as (
    select days.*
    from days
    inner join kids
        on
            days.organization_id = kids.organization_id
            and days.account_number = kids.account_number
            and days.customer_id is not distinct from kids.customer_id
            and days.payment_reference = kids.payment_reference
    where days.balance = 0 and days.moved_on >= kids.several_from and days.moved_on < days.shared_from
    qualify days.unnamed <> lag(days.unnamed, 1, 0) over (
        partition by days.organization_id, days.account_number, days.customer_id, days.payment_reference
        order by days.moved_on
    )
),

numbered_moves as (
    select
        moves.*,
        row_number() over () as place
    from moves
),

settled_moves as (
    select
        moves.*,
        min(settlement_days.moved_on) as settled_on
    from numbered_moves as moves
    inner join settlement_days
        on
            moves.organization_id = settlement_days.organization_id
            and moves.account_number = settlement_days.account_number
            and moves.customer_id is not distinct from settlement_days.customer_id
            and moves.payment_reference = settlement_days.payment_reference
            and moves.moved_on <= settlement_days.moved_on
    group by all
)

select
    settled_moves.organization_id,
    settled_moves.ledger,
    settled_moves.account_number,
    settled_moves.customer_id,
    settled_moves.payment_reference,
    settled_moves.item_kind,
    settled_moves.item,
    settled_moves.settled_on,
    sum(settled_moves.amount) as amount,
    {{ told_sum('settled_moves.amount_currency') | indent(4) }} as amount_currency
from settled_moves
group by
    settled_moves.organization_id, settled_moves.ledger, settled_moves.account_number, settled_moves.customer_id, settled_moves.payment_reference,
    settled_moves.item_kind, settled_moves.item, settled_moves.settled_on
having sum(settled_moves.amount) <> 0
