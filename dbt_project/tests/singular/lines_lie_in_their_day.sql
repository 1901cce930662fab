-- A line is landed under its own posting date; balances within a day rest on that.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'stg_transactionlines'}}}) }}

select
    lines.organization_id,
    lines.partition_date,
    lines.posting_date,
    count(*) as records
from {{ ref('stg_transactionlines') }} as lines
where lines.posting_date <> lines.partition_date
group by lines.organization_id, lines.partition_date, lines.posting_date
