{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_typed_partitions')) }}",
) }}

with sums as (
    select
        lines.organization_id,
        lines.partition_date,
        lines.posting_date,
        lines.account_number,
        sum(lines.booked_amount) as amount,
        sum(case when {{ is_foreign('lines', 'organization.currency_code') | indent(8) }} then 1 else 0 end) as foreign_lines
    from {{ ref('stg_transactionlines') }} as lines
    left join {{ ref('stg_organization_information') }} as organization
        on lines.organization_id = organization.organization_id
    where lines.reject_reason is null and {{ in_chosen_partitions('lines') | indent(4) }}
    group by lines.organization_id, lines.partition_date, lines.posting_date, lines.account_number
)

select
    sums.*,
    partitions._digest
from sums
inner join {{ ref('int_typed_partitions') }} as partitions
    on sums.organization_id = partitions.organization_id and sums.partition_date = partitions.partition_date
