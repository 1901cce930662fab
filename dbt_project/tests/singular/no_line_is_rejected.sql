-- Red where a ledger line cannot be read; the reason and the record stand in ledger_rejects.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'ledger_rejects'}}}) }}

select
    rejects.organization_id,
    rejects.reason,
    count(*) as records
from {{ ref('ledger_rejects') }} as rejects
group by rejects.organization_id, rejects.reason
