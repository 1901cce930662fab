select
    lines.organization_id,
    lines.account_number,
    lines.customer_id,
    lines.payment_reference,
    {{ invoice_number_key('lines.invoice_number') }} as invoice,
    min(lines.posting_date) as first_date
from {{ ref('int_subledger_lines') }} as lines
where lines.invoice_number is not null and lines.payment_reference is not null
group by all
