{{ config(materialized='view') }}

-- A line that leaves an item takes its amount with it and says nothing else.
with moves as (
    select
        lines.* exclude (valid_from, valid_to),
        lines.valid_from as moved_on,
        1 as direction,
        lines.is_own_side and not lines.is_by_kid as is_main
    from {{ ref('int_item_lines') }} as lines
    union all
    select
        lines.* exclude (valid_from, valid_to),
        lines.valid_to as moved_on,
        -1 as direction,
        false as is_main
    from {{ ref('int_item_lines') }} as lines
    where lines.valid_to < {{ forever() }}
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
    sum(moves.amount * moves.direction) as amount,
    sum(moves.amount_currency * moves.direction) as amount_currency,
    count_if(moves.amount_currency is null) as unknown_amounts,
    min(moves.currency_code) as lowest_currency,
    max(moves.currency_code) as highest_currency,
    sum(case when moves.is_by_kid then moves.direction else 0 end) as kid_lines,
    arg_max(moves.due_date, moves.line_id) filter (where moves.due_date is not null) as due_date,
    arg_max(moves.payment_reference, moves.line_id) filter (where moves.payment_reference is not null) as payment_reference
from moves
group by all
