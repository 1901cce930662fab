with items as (
    select
        states.organization_id as owner_id,
        states.ledger,
        states.account_number,
        states.customer_id,
        states.item_kind,
        states.item,
        states.invoice_number,
        states.due_date,
        states.open_amount,
        states.open_amount_currency,
        states.currency_code as item_currency,
        states.payment_reference as item_reference,
        states.valid_from,
        states.valid_to,
        concat_ws('/', states.account_number, coalesce(states.customer_id, ''), states.item_kind, states.item) as item_key
    from {{ ref('int_item_states') }} as states
    where states.open_amount <> 0 and states.item_kind <> 'opening'
),

by_kid as (
    select
        banked.*,
        items.*
    from {{ ref('int_bank_references') }} as banked
    inner join items
        on
            banked.organization_id = items.owner_id
            and banked.kid = items.item_reference
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
        items.*
    from {{ ref('int_bank_references') }} as banked
    inner join items
        on
            banked.organization_id = items.owner_id
            and banked.amount = items.open_amount_currency
            and banked.currency_code = items.item_currency
            and banked.transaction_date between items.valid_from and items.valid_to
    left join by_kid
        on
            banked.organization_id = by_kid.organization_id
            and banked.bank_transaction_reference = by_kid.bank_transaction_reference
    where by_kid.bank_transaction_reference is null
    -- an amount that several items share points at none of them
    qualify
        min(items.item_key) over (partition by banked.organization_id, banked.bank_transaction_reference)
        = max(items.item_key) over (partition by banked.organization_id, banked.bank_transaction_reference)
),

by_kid_or_amount as (
    select
        by_kid.*,
        true as has_kid
    from by_kid
    union all
    select
        by_amount.*,
        false as has_kid
    from by_amount
),

matched as (
    select by_kid_or_amount.*
    from by_kid_or_amount
    qualify row_number() over (
        partition by by_kid_or_amount.organization_id, by_kid_or_amount.bank_transaction_reference, by_kid_or_amount.item_key
        order by by_kid_or_amount.valid_from
    ) = 1
)

select
    matched.organization_id,
    matched.bank_transaction_reference,
    matched.invoice_number,
    case
        when not matched.has_kid then 'amount'
        when matched.amount = matched.open_amount_currency then 'kid_and_amount'
        when
            matched.amount = sum(matched.open_amount_currency) over paid
            and bool_and(coalesce(matched.currency_code = matched.item_currency, false)) over paid
            then 'kid_and_sum'
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
    matched.open_amount,
    matched.open_amount_currency,
    organization.currency_code as base_currency,
    case
        when matched.currency_code = organization.currency_code then matched.amount
        when matched.currency_code = matched.item_currency
            then {{ proportion('matched.amount', 'matched.open_amount', 'matched.open_amount_currency') | indent(12) }}
    end as amount_base,
    case
        when matched.currency_code = organization.currency_code then 'own currency'
        when matched.currency_code = matched.item_currency and matched.open_amount_currency <> 0 then 'item'
    end as rate_source,
    customers.name as party_name
from matched
left join {{ ref('stg_organization_information') }} as organization
    on matched.organization_id = organization.organization_id
left join {{ ref('customers') }} as customers
    on matched.organization_id = customers.organization_id and matched.customer_id = customers.customer_id
-- a payment is of one party's items on one account
window paid as (
    partition by
        matched.organization_id, matched.bank_transaction_reference, matched.account_number, matched.customer_id
)
