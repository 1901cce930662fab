-- The lines of a voucher sum to zero on each date.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'general_ledger'}}}) }}

select
    lines.organization_id,
    lines.voucher_id,
    lines.posting_date,
    sum(lines.amount) as difference
from {{ ref('int_ledger_lines') }} as lines
-- depends_on: {{ ref('general_ledger') }}
where lines.voucher_id is not null
group by lines.organization_id, lines.voucher_id, lines.posting_date
-- a voucher with an amount that nobody can tell cannot be judged
having {{ told_sum('lines.amount') }} <> 0
