with items as (
    select states.*
    from {{ ref('int_item_states') }} as states
    where states.open_amount <> 0 and states.item_kind <> 'opening'
),

by_kid as (
    select
        banked.*,
        items.* exclude (organization_id, payment_reference, currency_code)
    from {{ ref('int_bank_references') }} as banked
    inner join items
        on
            banked.organization_id = items.organization_id
            and banked.kid = items.payment_reference
            and sign(banked.amount) = sign(items.open_amount)
            -- open when the day began, or later
            and banked.transaction_date <= items.valid_to
    -- what comes later counts only where nothing was open then: it was paid before it was invoiced
    qualify
        items.valid_from <= banked.transaction_date
        or items.valid_from = min(items.valid_from) over (
            partition by banked.organization_id, banked.bank_transaction_reference
        )
),

by_amount as (
    select
        banked.*,
        items.* exclude (organization_id, payment_reference, currency_code)
    from {{ ref('int_bank_references') }} as banked
    inner join items
        on
            banked.organization_id = items.organization_id
            and banked.amount = items.open_amount_currency
            and banked.currency_code = items.currency_code
            and banked.transaction_date between items.valid_from and items.valid_to
    where not exists (
        select 1 from by_kid
        where
            by_kid.organization_id = banked.organization_id
            and by_kid.bank_transaction_reference = banked.bank_transaction_reference
    )
    -- an amount that several items share points at none of them
    qualify count(distinct (items.account_number, items.customer_id, items.item_kind, items.item)) over (
        partition by banked.organization_id, banked.bank_transaction_reference
    ) = 1
),

matched as (
    select
        by_kid.*,
        true as has_kid
    from by_kid
    union all
    select
        by_amount.*,
        false as has_kid
    from by_amount
)

select
    matched.organization_id,
    matched.bank_transaction_reference,
    matched.invoice_number,
    case
        when not matched.has_kid then 'amount'
        when matched.amount = matched.open_amount_currency then 'kid_and_amount'
        else 'kid'
    end as matched_by,
    matched.amount,
    matched.transaction_date,
    matched.payment_reference,
    matched.currency_code,
    matched.ledger,
    matched.account_number,
    matched.customer_id,
    matched.item_kind,
    matched.item,
    matched.due_date,
    matched.open_amount
from matched
qualify row_number() over (
    partition by
        matched.organization_id, matched.bank_transaction_reference,
        matched.account_number, matched.customer_id, matched.item_kind, matched.item
    order by matched.valid_from
) = 1
