-- A reference tells invoices apart only while the party uses it for one number: before the first it stands for
-- itself, after the second it says nothing. So what a line is matched with depends on the day, never on later ones.
with numbers as (
    select
        lines.organization_id,
        lines.account_number,
        lines.customer_id,
        lines.payment_reference,
        lines.invoice_number,
        min(lines.posting_date) as first_date
    from {{ ref('int_subledger_lines') }} as lines
    where lines.invoice_number is not null and lines.payment_reference is not null
    group by
        lines.organization_id, lines.account_number, lines.customer_id, lines.payment_reference, lines.invoice_number
),

named as (
    select
        numbers.organization_id,
        numbers.account_number,
        numbers.customer_id,
        numbers.payment_reference,
        arg_min(numbers.invoice_number, (numbers.first_date, numbers.invoice_number)) as invoice_number,
        min(numbers.first_date) as known_from,
        coalesce(min(numbers.first_date, 2)[2], {{ forever() }}) as ambiguous_from
    from numbers
    group by numbers.organization_id, numbers.account_number, numbers.customer_id, numbers.payment_reference
),

lines as (
    select subledger.* exclude (partition_date, _digest)
    from {{ ref('int_subledger_lines') }} as subledger
),

by_reference as (
    select
        lines.*,
        unnest([
            {
                kind: 'kid',
                item: lines.payment_reference,
                since: lines.posting_date,
                until: coalesce(named.known_from, {{ forever() }})
            },
            {
                kind: 'invoice_number',
                item: named.invoice_number,
                since: greatest(lines.posting_date, coalesce(named.known_from, {{ forever() }})),
                until: coalesce(named.ambiguous_from, {{ forever() }})
            },
            {
                kind: 'line',
                item: lines.line_id,
                since: greatest(lines.posting_date, coalesce(named.ambiguous_from, {{ forever() }})),
                until: {{ forever() }}
            }
        ]) as place
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
    coalesce(lines.invoice_number, lines.line_id) as item,
    lines.posting_date as valid_from,
    {{ forever() }} as valid_to,
    false as is_by_kid
from lines
where lines.invoice_number is not null or lines.payment_reference is null
union all
select
    by_reference.* exclude (place),
    by_reference.place.kind as item_kind,
    by_reference.place.item,
    by_reference.place.since as valid_from,
    by_reference.place.until as valid_to,
    by_reference.place.kind = 'invoice_number' as is_by_kid
from by_reference
where by_reference.place.since < by_reference.place.until
