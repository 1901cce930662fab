{{ config(materialized='ephemeral') }}

with transactions as (
    select
        banked.organization_id,
        banked.bank_transaction_reference,
        banked.transaction_date,
        {{ cents('banked.amount') }} as amount,
        banked.currency_code,
        {{ payment_reference_key('banked.payment_reference') }} as payment_reference
    from {{ ref('stg_banktransactions') }} as banked
    -- a reference that comes twice is one transaction, as it was landed last
    qualify row_number() over (
        partition by banked.organization_id, banked.bank_transaction_reference
        order by banked.partition_date desc, banked._ordinal desc
    ) = 1
)

select
    transactions.*,
    case when {{ kid_is_valid('transactions.payment_reference') }} then transactions.payment_reference end as kid
from transactions
where transactions.bank_transaction_reference is not null
