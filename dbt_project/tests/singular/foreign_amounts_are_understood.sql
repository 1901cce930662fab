-- It is known, from evidence, which currency the amounts on foreign lines are in.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'currency_verdict'}}}) }}

select
    lines.organization_id,
    lines.currency_code,
    count(*) as records,
    min(lines.posting_date) as first_posted,
    max(lines.posting_date) as last_posted,
    sum(lines.amount) as amount_as_sent,
    case
        when any_value(verdict.verdict) = 'foreign'
            then 'as sent, in the currency of the line: an invoice or a voucher with this currency alone would tell what its rate is per'
        else 'as sent: nothing tells whether they are in the currency of the line or of the books'
    end as what_is_known
from {{ ref('int_ledger_lines') }} as lines
left join {{ ref('currency_verdict') }} as verdict on lines.organization_id = verdict.organization_id
where lines.amount_basis = 'undetermined'
group by lines.organization_id, lines.currency_code
