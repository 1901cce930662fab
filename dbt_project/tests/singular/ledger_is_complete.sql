-- Every landed line is typed, and stands either in the ledger or among the rejects: nothing lost, nothing doubled.
-- Landing takes no lock, so a day that landed again while dbt was running is left to the next build.
{{ config(meta={'kind': 'ours', 'reads': 'manifests', 'dagster': {'ref': {'name': 'general_ledger'}}}) }}

with counts as (
    select
        days.organization_id,
        days.partition_date,
        days.landed_rows as landed,
        0 as typed,
        0 as shown,
        coalesce(days.fetched_at >= timestamptz '{{ run_started_at }}', false) as is_newer
    from ({{ landed_partitions('transactionlines') | indent(4) }}) as days
    union all
    select
        lines.organization_id,
        lines.partition_date,
        0 as landed,
        count(*) as typed,
        0 as shown,
        false as is_newer
    from {{ ref('stg_transactionlines') }} as lines
    group by lines.organization_id, lines.partition_date
    union all
    select
        ledger.organization_id,
        ledger.posting_date as partition_date,
        0 as landed,
        0 as typed,
        count(*) as shown,
        false as is_newer
    from {{ ref('general_ledger') }} as ledger
    group by ledger.organization_id, ledger.posting_date
    union all
    select
        rejects.organization_id,
        rejects.partition_date,
        0 as landed,
        0 as typed,
        count(*) as shown,
        false as is_newer
    from {{ ref('ledger_rejects') }} as rejects
    group by rejects.organization_id, rejects.partition_date
)

select
    counts.organization_id,
    counts.partition_date,
    sum(counts.landed) as landed,
    sum(counts.typed) as typed,
    sum(counts.shown) as shown
from counts
group by counts.organization_id, counts.partition_date
having
    not bool_or(counts.is_newer)
    and (sum(counts.landed) <> sum(counts.typed) or sum(counts.typed) <> sum(counts.shown))
