-- No ledger line stands in the ledger twice. It runs after the statements, so that they show what the copy does to them.
-- depends_on: {{ ref('ledger_tie_out') }}
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'general_ledger'}}}) }}

select
    lines.organization_id,
    lines.line_id,
    count(*) as copies
from {{ ref('stg_transactionlines') }} as lines
where lines.line_id is not null and lines._moved_to is null
group by lines.organization_id, lines.line_id
having count(*) > 1
