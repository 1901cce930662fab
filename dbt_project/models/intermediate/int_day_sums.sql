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
        sum(case when {{ length_of_list('lines.dimensions') }} > 0 then 1 else 0 end) as tagged_lines,
        sum(case when lines.tax_id is not null then 1 else 0 end) as coded_lines
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
