{{ config(materialized='ephemeral') }}

{%- set of_item = ['organization_id', 'ledger', 'account_number', 'customer_id', 'item_kind', 'item', 'amount', 'amount_currency'] -%}
{%- set of_line = [
    'line_id', 'voucher_id', 'voucher_number', 'posting_date', 'invoice_number', 'due_date', 'payment_reference', 'currency_code'
] -%}

-- A line that leaves an item takes its amount with it and says nothing else; nor does a settlement by the sum under a KID.
with moves as (
    select
        lines.{{ (of_item + of_line) | join(',\n        lines.') }},
        lines.valid_from as moved_on,
        1 as direction,
        lines.is_own_side and not lines.is_by_kid as is_main,
        lines.is_by_kid,
        false as is_kid_sum
    from {{ ref('int_item_lines') }} as lines
    union all
    select
        lines.{{ (of_item + of_line) | join(',\n        lines.') }},
        lines.valid_to as moved_on,
        -1 as direction,
        false as is_main,
        lines.is_by_kid,
        false as is_kid_sum
    from {{ ref('int_item_lines') }} as lines
    where lines.valid_to < {{ forever() }}
    union all
    select
        settled.{{ of_item | join(',\n        settled.') }},
        null as {{ of_line | join(',\n        null as ') }},
        settled.settled_on as moved_on,
        -1 as direction,
        false as is_main,
        false as is_by_kid,
        true as is_kid_sum
    from {{ ref('int_kid_settlements') }} as settled
)

select
    moves.organization_id,
    moves.ledger,
    moves.account_number,
    moves.customer_id,
    moves.item_kind,
    moves.item,
    moves.moved_on,
    moves.direction,
    moves.is_main,
    moves.voucher_number,
    moves.voucher_id,
    min(moves.posting_date) as posting_date,
    coalesce(sum(moves.amount * moves.direction), 0) as amount,
    -- lines whose amount nobody can tell, less those of them that have left the item
    sum(case when moves.amount is null then moves.direction else 0 end) as untold_lines,
    sum(moves.amount_currency * moves.direction) as amount_currency,
    sum(case when moves.amount_currency is null then 1 else 0 end) as unknown_amounts,
    min(moves.currency_code) as lowest_currency,
    max(moves.currency_code) as highest_currency,
    sum(case when moves.is_by_kid then moves.direction else 0 end) as kid_lines,
    sum(case when moves.is_kid_sum then 1 else 0 end) as kid_sums,
    max_by(moves.invoice_number, moves.line_id) filter (where moves.invoice_number is not null) as invoice_number,
    max_by(moves.due_date, moves.line_id) filter (where moves.due_date is not null) as due_date,
    max_by(moves.payment_reference, moves.line_id) filter (where moves.payment_reference is not null) as payment_reference
from moves
group by all
