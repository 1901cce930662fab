-- A reference tells invoices apart only while the party uses it for one number: before the first it stands for itself,
-- and from the second on it says nothing of what is posted then. What it has said stays said. So what a line is matched
-- with depends on the days until then, never on later ones.
with named as (
    select
        numbers.organization_id,
        numbers.account_number,
        numbers.customer_id,
        numbers.payment_reference,
        min_by(numbers.invoice, (numbers.first_date, numbers.invoice)) as invoice,
        min(numbers.first_date) as known_from,
        coalesce({{ second_lowest('numbers.first_date') }}, {{ forever() }}) as ambiguous_from
    from {{ ref('int_kid_invoices') }} as numbers
    group by numbers.organization_id, numbers.account_number, numbers.customer_id, numbers.payment_reference
),

lines as (
    select subledger.* exclude (partition_date, _digest)
    from {{ ref('int_subledger_lines') }} as subledger
),

by_reference as (
    select
        lines.*,
        named.invoice,
        coalesce(named.known_from, {{ forever() }}) as known_from,
        coalesce(
            named.known_from < named.ambiguous_from and lines.posting_date < named.ambiguous_from, false
        ) as has_invoice
    from lines
    left join named
        on
            lines.organization_id = named.organization_id
            and lines.account_number = named.account_number
            and lines.customer_id is not distinct from named.customer_id
            and lines.payment_reference = named.payment_reference
    where lines.invoice_number is null and lines.payment_reference is not null
)

select
    lines.*,
    case when lines.invoice_number is not null then 'invoice_number' else 'line' end as item_kind,
    coalesce({{ invoice_number_key('lines.invoice_number') }}, lines.line_id) as item,
    lines.posting_date as valid_from,
    {{ forever() }} as valid_to,
    false as is_by_kid
from lines
where lines.invoice_number is not null or lines.payment_reference is null
union all
-- under its KID until an invoice is known
select
    by_reference.* exclude (invoice, known_from, has_invoice),
    'kid' as item_kind,
    by_reference.payment_reference as item,
    by_reference.posting_date as valid_from,
    by_reference.known_from as valid_to,
    false as is_by_kid
from by_reference
where by_reference.posting_date < by_reference.known_from
union all
select
    by_reference.* exclude (invoice, known_from, has_invoice),
    case when by_reference.has_invoice then 'invoice_number' else 'line' end as item_kind,
    case when by_reference.has_invoice then by_reference.invoice else by_reference.line_id end as item,
    greatest(by_reference.posting_date, by_reference.known_from) as valid_from,
    {{ forever() }} as valid_to,
    by_reference.has_invoice as is_by_kid
from by_reference
where by_reference.known_from < {{ forever() }}
