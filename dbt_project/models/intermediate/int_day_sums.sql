{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_ledger_partitions')) }}",
) }}

with sums as (
    select
        lines.organization_id,
        lines.partition_date,
        lines.account_number,
        lines.posting_date,
        {{ told_sum('lines.amount') | indent(8) }} as change,
        {{ told_sum(debit('lines.amount')) | indent(8) }} as debit,
        {{ told_sum(credit('lines.amount')) | indent(8) }} as credit,
        count(*) as lines,
        count_if(coalesce(len(lines.dimensions) > 0, false)) as tagged_lines,
        count_if(lines.tax_id is not null) as coded_lines
    from {{ ref('int_ledger_lines') }} as lines
    where {{ in_chosen_partitions('lines') | indent(4) }}
    group by lines.organization_id, lines.partition_date, lines.account_number, lines.posting_date
)

select
    sums.*,
    partitions._digest
from sums
inner join {{ ref('int_ledger_partitions') }} as partitions
    on sums.organization_id = partitions.organization_id and sums.partition_date = partitions.partition_date
