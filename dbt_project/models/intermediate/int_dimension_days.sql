{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_tagged_partitions')) }}",
) }}

with lines as (
    select
        lines.organization_id,
        lines.partition_date,
        lines._ordinal,
        lines.account_number,
        lines.amount,
        lines.dimensions
    from {{ ref('int_ledger_lines') }} as lines
    where {{ length_of_list('lines.dimensions') }} > 0 and {{ in_chosen_partitions('lines') }}
),

tags as (
    select
        lines.* exclude (dimensions),
        {{ one_row_each('lines.dimensions') }} as tag,
        {{ repeats_a_type('lines.dimensions') }} as repeats_a_type
    from lines
),

-- read twice, or every dimension of a first build would be kept aside to find the few that repeat
typed as not materialized (
    select
        tags.* exclude (tag),
        try_cast(tags.tag."dimensionType" as integer) as dimension_type,
        tags.tag."value" as dimension_value,
        tags.tag."name" as dimension_name
    from tags
),

-- a line with two values of one type counts once, under neither
one_per_type as (
    select typed.* exclude (repeats_a_type)
    from typed
    where not typed.repeats_a_type
    union all
    select
        typed.organization_id,
        typed.partition_date,
        typed._ordinal,
        typed.account_number,
        typed.amount,
        typed.dimension_type,
        case
            when count(distinct typed.dimension_value) > 1 then '(several)' else max(typed.dimension_value)
        end as dimension_value,
        case when count(distinct typed.dimension_value) > 1 then null else max(typed.dimension_name) end as dimension_name
    from typed
    where typed.repeats_a_type
    group by
        typed.organization_id, typed.partition_date, typed._ordinal, typed.account_number, typed.amount,
        typed.dimension_type
),

sums as (
    select
        one_per_type.organization_id,
        one_per_type.partition_date,
        one_per_type.account_number,
        one_per_type.dimension_type,
        one_per_type.dimension_value,
        max(one_per_type.dimension_name) as dimension_name,
        {{ told_sum(debit('one_per_type.amount')) | indent(8) }} as debit,
        {{ told_sum(credit('one_per_type.amount')) | indent(8) }} as credit,
        {{ told_sum('one_per_type.amount') | indent(8) }} as change,
        count(*) as lines
    from one_per_type
    where one_per_type.dimension_type is not null and one_per_type.dimension_value is not null
    group by
        one_per_type.organization_id, one_per_type.partition_date, one_per_type.account_number, one_per_type.dimension_type,
        one_per_type.dimension_value
)

select
    sums.*,
    partitions._digest
from sums
inner join {{ ref('int_tagged_partitions') }} as partitions
    on sums.organization_id = partitions.organization_id and sums.partition_date = partitions.partition_date
