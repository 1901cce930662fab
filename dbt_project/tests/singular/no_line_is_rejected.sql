-- Every landed ledger line stands in the ledger. A line that cannot stands in ledger_rejects with its record and the reason, and
-- its amount is missing from every figure: correct it in Finago Office and land its day again.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'ledger_rejects'}}}) }}

select
    rejects.organization_id,
    rejects.reason,
    count(*) as records,
    min(rejects.partition_date) as first_day,
    max(rejects.partition_date) as last_day,
    {{ first_listed("coalesce(rejects.line_id, '(without an id)')", 5, 'rejects.partition_date, rejects.line_id') }} as such_as
from {{ ref('ledger_rejects') }} as rejects
group by rejects.organization_id, rejects.reason
