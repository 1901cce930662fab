-- Vouchers of a day are counted one by one, and what holds after the last of them is the day's state.
with totals as (
    select
        vouchers.organization_id,
        vouchers.ledger,
        vouchers.account_number,
        vouchers.customer_id,
        vouchers.item_kind,
        vouchers.item,
        vouchers.moved_on as valid_from,
        coalesce(lead(vouchers.moved_on) over item, {{ forever() }}) as valid_to,
        min(case when vouchers.direction = 1 then vouchers.posting_date end) over so_far as item_date,
        sum(vouchers.kid_lines) over so_far as kid_lines,
        sum(vouchers.kid_sums) over so_far as kid_sums,
        case when sum(vouchers.untold_lines) over so_far = 0 then sum(vouchers.amount) over so_far end as open_amount,
        case
            when
                sum(vouchers.unknown_amounts) over so_far = 0
                and min(vouchers.lowest_currency) over so_far = max(vouchers.highest_currency) over so_far
                then sum(vouchers.amount_currency) over so_far
        end as open_amount_currency,
        -- in a struct, so that an amount that nobody can tell is not passed over for the next one
        ({{ of_item('first_value', '{told: case when vouchers.untold_lines = 0 then vouchers.amount end}') }}).told as item_amount,
        {{ of_item('first_value', 'vouchers.lowest_currency') }} as item_currency,
        {{ of_item('first_value', 'vouchers.invoice_number') }} as item_invoice_number,
        {{ of_item('last_value', 'vouchers.due_date') }} as item_due_date,
        {{ of_item('last_value', 'vouchers.payment_reference') }} as item_payment_reference
    from {{ ref('int_item_vouchers') }} as vouchers
    window
        item as (
            partition by
                vouchers.organization_id, vouchers.account_number, vouchers.customer_id,
                vouchers.item_kind, vouchers.item
            order by
                vouchers.moved_on, vouchers.voucher_number, vouchers.voucher_id, vouchers.direction, vouchers.is_main
        ),
        so_far as (
            partition by
                vouchers.organization_id, vouchers.account_number, vouchers.customer_id,
                vouchers.item_kind, vouchers.item
            order by
                vouchers.moved_on, vouchers.voucher_number, vouchers.voucher_id, vouchers.direction, vouchers.is_main
            rows between unbounded preceding and current row
        )
)

select
    totals.organization_id,
    totals.ledger,
    totals.account_number,
    totals.customer_id,
    totals.item_kind,
    totals.item,
    totals.valid_from,
    totals.valid_to,
    case when totals.item_kind = 'invoice_number' then coalesce(totals.item_invoice_number, totals.item) end as invoice_number,
    case
        when totals.kid_sums > 0 then 'kid_sum'
        when totals.kid_lines > 0 then 'kid'
        else totals.item_kind
    end as matched_by,
    totals.item_date,
    coalesce(totals.item_due_date, totals.item_date) as due_date,
    totals.item_payment_reference as payment_reference,
    try_cast(totals.item_amount as decimal(18, 2)) as original_amount,
    try_cast(totals.open_amount as decimal(18, 2)) as open_amount,
    totals.item_currency as currency_code,
    try_cast(totals.open_amount_currency as decimal(18, 2)) as open_amount_currency
from totals
where totals.valid_from < totals.valid_to
union all
select
    openings.organization_id,
    openings.ledger,
    openings.account_number,
    cast(null as varchar) as customer_id,
    'opening' as item_kind,
    'opening' as item,
    openings.valid_from,
    openings.valid_to,
    cast(null as varchar) as invoice_number,
    'opening' as matched_by,
    openings.valid_from as item_date,
    openings.valid_from as due_date,
    cast(null as varchar) as payment_reference,
    openings.amount as original_amount,
    openings.amount as open_amount,
    cast(null as varchar) as currency_code,
    cast(null as decimal(18, 2)) as open_amount_currency
from {{ ref('int_subledger_openings') }} as openings
