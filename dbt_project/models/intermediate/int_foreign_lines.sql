{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_foreign_partitions')) }}",
) }}

-- read twice, or a million lines would be kept aside to find the few
with lines as not materialized (
    select
        lines.organization_id,
        lines.partition_date,
        partitions._digest,
        lines.voucher_id,
        lines.posting_date,
        cast(date_trunc('month', lines.posting_date) as date) as period,
        lines.account_number,
        lines.booked_amount as amount,
        lines.currency_code,
        lines.currency_rate,
        {{ is_foreign('lines', 'organization.currency_code') | indent(8) }} as is_foreign
    from {{ ref('stg_transactionlines') }} as lines
    inner join {{ ref('int_foreign_partitions') }} as partitions
        on lines.organization_id = partitions.organization_id and lines.partition_date = partitions.partition_date
    left join {{ ref('stg_organization_information') }} as organization
        on lines.organization_id = organization.organization_id
    where lines.reject_reason is null and {{ in_chosen_partitions('lines') }}
)

select
    lines.*,
    case
        when lines.is_foreign then try_cast({{ at_rate('lines.amount', 'lines.currency_rate', 1) }} as decimal(24, 6))
        else lines.amount
    end as at_1,
    case
        when lines.is_foreign then try_cast({{ at_rate('lines.amount', 'lines.currency_rate', 100) }} as decimal(24, 6))
        else lines.amount
    end as at_100
from lines
where
    lines.is_foreign
    or (lines.organization_id, lines.partition_date, lines.voucher_id) in (
        select (l.organization_id, l.partition_date, l.voucher_id) from lines as l where l.is_foreign
    )
