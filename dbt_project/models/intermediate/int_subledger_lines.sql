{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_subledger_partitions')) }}",
) }}

select
    lines.organization_id,
    lines.partition_date,
    partitions._digest,
    accounts.ledger,
    lines.account_number,
    lines.customer_id,
    nullif(trim(lines.invoice_number), '') as invoice_number,
    {{ payment_reference_key('lines.payment_reference') }} as payment_reference,
    lines.line_id,
    coalesce(lines.voucher_id, lines.line_id) as voucher_id,
    lines.voucher_number,
    lines.posting_date,
    lines.due_date,
    lines.amount,
    lines.amount_currency,
    {{ own_currency('lines') }} as currency_code,
    -- a rate is positive, so the sign is known where the amount is not
    (lines.amount_as_sent > 0) = (accounts.ledger = 'receivable') as is_own_side
from {{ ref('int_ledger_lines') }} as lines
inner join {{ ref('int_subledger_partitions') }} as partitions
    on lines.organization_id = partitions.organization_id and lines.partition_date = partitions.partition_date
inner join {{ ref('int_control_accounts') }} as accounts
    on lines.organization_id = accounts.organization_id and lines.account_number = accounts.account_number
left join {{ ref('stg_organization_information') }} as organization
    on lines.organization_id = organization.organization_id
where {{ in_chosen_partitions('lines') }}
