-- What one day's lines add to an item: amounts, and what the day says about the item itself. A voucher's own side comes
-- first: a payment's due date or currency stands in only where no invoice has one.
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
),

vouchers as (
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
        coalesce(moves.voucher_number, 9223372036854775807) as voucher_number,
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
)

select
    vouchers.organization_id,
    vouchers.ledger,
    vouchers.account_number,
    vouchers.customer_id,
    vouchers.item_kind,
    vouchers.item,
    vouchers.moved_on,
    min(vouchers.posting_date) filter (where vouchers.direction = 1) as posting_date,
    sum(vouchers.amount) as amount,
    sum(vouchers.amount_currency) as amount_currency,
    sum(vouchers.unknown_amounts) as unknown_amounts,
    min(vouchers.lowest_currency) as lowest_currency,
    max(vouchers.highest_currency) as highest_currency,
    sum(vouchers.kid_lines) as kid_lines,
    {{ of_voucher('arg_min', 'vouchers.amount', 'main') }} as main_amount,
    {{ of_voucher('arg_min', 'vouchers.lowest_currency', 'main') }} as main_currency,
    {{ of_voucher('arg_max', 'vouchers.due_date', 'main') }} as main_due_date,
    {{ of_voucher('arg_max', 'vouchers.payment_reference', 'main') }} as main_payment_reference,
    {{ of_voucher('arg_min', 'vouchers.amount', 'other') }} as other_amount,
    {{ of_voucher('arg_min', 'vouchers.lowest_currency', 'other') }} as other_currency,
    {{ of_voucher('arg_max', 'vouchers.due_date', 'other') }} as other_due_date,
    {{ of_voucher('arg_max', 'vouchers.payment_reference', 'other') }} as other_payment_reference
from vouchers
group by all
