-- An invoice or a credit note is a voucher that books revenue or that an order names as its own; bad debt is neither.
with vouchers as (
    select
        lines.organization_id,
        lines.voucher_id
    from {{ ref('int_ledger_lines') }} as lines
    inner join {{ ref('int_accounts') }} as accounts
        on lines.organization_id = accounts.organization_id and lines.account_number = accounts.account_number
    where accounts.account_class = 3
    union
    select
        orders.organization_id,
        orders.voucher_id
    from {{ ref('int_invoiced_orders') }} as orders
)

select
    lines.organization_id,
    lines.posting_date,
    {{ told_sum('lines.amount') | indent(4) }} as invoiced
from {{ ref('int_subledger_lines') }} as lines
inner join vouchers on lines.organization_id = vouchers.organization_id and lines.voucher_id = vouchers.voucher_id
where lines.ledger = 'receivable'
group by lines.organization_id, lines.posting_date
