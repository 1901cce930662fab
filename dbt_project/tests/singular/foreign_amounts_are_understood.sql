-- It is known, from evidence, which currency the amounts on foreign lines are in.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'currency_verdict'}}}) }}

select
    lines.organization_id,
    lines.currency_code,
    count(*) as records
from {{ ref('int_ledger_lines') }} as lines
-- depends_on: {{ ref('currency_verdict') }}
where lines.amount_basis = 'undetermined'
group by lines.organization_id, lines.currency_code
