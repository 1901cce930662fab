{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_ledger_partitions')) }}",
) }}

select
    lines.organization_id,
    lines.partition_date,
    partitions._digest,
    lines._ordinal,
    {{ told_sum('lines.amount', 'so_far') | indent(4) }} as balance_within_day
from {{ ref('int_ledger_lines') }} as lines
inner join {{ ref('int_ledger_partitions') }} as partitions
    on lines.organization_id = partitions.organization_id and lines.partition_date = partitions.partition_date
where {{ in_chosen_partitions('lines') }}
window so_far as (
    partition by lines.organization_id, lines.account_number, lines.posting_date
    order by lines.voucher_number asc nulls last, lines.line_id asc, lines._ordinal asc
    rows between unbounded preceding and current row
)
