-- Every landed line is typed, and stands either in the ledger or among the rejects: nothing lost, nothing doubled.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'general_ledger'}}}) }}

with landed as (
    select days.o as organization_id, days.d as partition_date, days.landed_rows
    from ({{ landed_partitions('transactionlines') | indent(4) }}) as days
),

typed as (
    select lines.organization_id, lines.partition_date, count(*) as typed_rows
    from {{ ref('stg_transactionlines') }} as lines
    group by lines.organization_id, lines.partition_date
),

shown as (
    select ledger.organization_id, ledger.posting_date as partition_date, count(*) as shown_rows
    from {{ ref('general_ledger') }} as ledger
    group by ledger.organization_id, ledger.posting_date
),

rejected as (
    select rejects.organization_id, rejects.partition_date, count(*) as rejected_rows
    from {{ ref('ledger_rejects') }} as rejects
    group by rejects.organization_id, rejects.partition_date
)

select *
from landed
full join typed using (organization_id, partition_date)
full join shown using (organization_id, partition_date)
full join rejected using (organization_id, partition_date)
where
    landed_rows is distinct from typed_rows
    or typed_rows <> coalesce(shown_rows, 0) + coalesce(rejected_rows, 0)
    or typed_rows is null
