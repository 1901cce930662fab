{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    post_hook="{{ mark_moved('line_id', also=moved_line()) }}"
) }}

with lines as (
    {{ typed('transactionlines', [
        ['line_id', 'id'],
        ['voucher_id', 'transaction.id'],
        ['voucher_number', 'transaction.number', 'integer'],
        ['transaction_type_id', 'transactionType.id'],
        ['posting_date', 'date', 'date'],
        ['period_date', 'periodDate', 'date'],
        ['account_id', 'account.id'],
        ['account_number', 'account.number', 'integer'],
        ['account_name', 'account.name'],
        ['amount', 'amount', 'decimal'],
        ['currency_code', 'currency.code'],
        ['currency_rate', 'currency.rate', 'decimal'],
        ['tax_id', 'tax.id'],
        ['tax_rate', 'tax.rate', 'decimal'],
        ['customer_id', 'customer.id'],
        ['invoice_number', 'invoice.number'],
        ['due_date', 'invoice.dueDate', 'date'],
        ['payment_reference', 'invoice.remittanceReference'],
        ['document_id', 'documentId'],
        ['comment', 'comment'],
        ['dimensions', 'dimensions', [
            {'dimensionType': 'VARCHAR', 'dimensionTypeName': 'VARCHAR', 'value': 'VARCHAR', 'name': 'VARCHAR'}
        ]],
        ['created_at', 'createdAt', 'timestamp'],
        ['modified_at', 'modifiedAt', 'timestamp'],
    ], decides=['posting_date', 'account_number'], keep=['payload']) | indent(4) }}
),

booked as (
    select
        lines.*,
        -- what is summed and read again and again: narrowing a wide decimal costs more than adding it up
        {{ whole_ore('lines.amount') | indent(8) }} as booked_amount
    from lines
),

with_reject_reason as (
    select
        booked.* exclude (payload, booked_amount),
        {{ reject_reason('booked') | indent(8) }} as reject_reason,
        booked.payload,
        booked.booked_amount
    from booked
)

select
    with_reject_reason.* replace (
        case when with_reject_reason.reject_reason is not null then with_reject_reason.payload end as payload,
        case when with_reject_reason.reject_reason is null then with_reject_reason.booked_amount end as booked_amount
    ),
    cast(null as date) as _moved_to
from with_reject_reason
