{{ config(materialized='view') }}

-- The balance is reckoned where it is asked for, and after the joins: kept for each line it would have to be joined to it
-- again, and two tables as long as the ledger, or a sort and a join of it at once, are more than a small memory holds.
-- Of an account or a day that is asked for nothing else is read.
select
    lines.organization_id,
    lines.line_id,
    lines.voucher_id,
    lines.voucher_number,
    types.transaction_type_number,
    lines.posting_date,
    lines.period_date,
    days.fiscal_year,
    days.fiscal_year_start,
    lines.account_number,
    lines.amount,
    {{ debit('lines.amount') }} as debit,
    {{ credit('lines.amount') }} as credit,
    try_cast(days.opening + {{ told_sum('lines.amount', 'so_far') | indent(4) }} as decimal(18, 2)) as running_balance,
    lines.amount_currency,
    {{ own_currency('lines') }} as currency_code,
    lines.currency_rate,
    lines.rate_per,
    lines.amount_basis,
    taxes.tax_number,
    line_taxes.standard_tax_code,
    lines.tax_rate,
    line_taxes.tax_base,
    line_taxes.tax_amount,
    lines.customer_id,
    lines.invoice_number,
    lines.due_date,
    lines.payment_reference,
    lines.document_id,
    lines.comment,
    lines.created_at,
    lines.modified_at,
    accounts.account_name,
    customers.name as party_name,
    types.transaction_type_name,
    taxes.tax_name
from {{ ref('int_ledger_lines') }} as lines
inner join {{ ref('int_day_balances') }} as days
    on {{ same_row('lines', 'days', ['organization_id', 'account_number', 'posting_date']) }}
left join {{ ref('stg_taxes') }} as taxes
    on lines.organization_id = taxes.organization_id and lines.tax_id = taxes.tax_id
left join {{ ref('int_line_taxes') }} as line_taxes
    on {{ same_row('lines', 'line_taxes', ['organization_id', 'partition_date', '_ordinal']) }}
left join {{ ref('stg_transactiontypes') }} as types
    on lines.organization_id = types.organization_id and lines.transaction_type_id = types.transaction_type_id
left join {{ ref('stg_organization_information') }} as organization
    on lines.organization_id = organization.organization_id
left join {{ ref('int_accounts') }} as accounts
    on lines.organization_id = accounts.organization_id and lines.account_number = accounts.account_number
left join {{ ref('stg_customers') }} as customers
    on lines.organization_id = customers.organization_id and lines.customer_id = customers.customer_id
window so_far as (
    partition by lines.organization_id, lines.account_number, lines.posting_date
    order by lines.voucher_number asc nulls last, lines.line_id asc, lines._ordinal asc
    rows between unbounded preceding and current row
)
