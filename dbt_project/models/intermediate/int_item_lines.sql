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

placed as (
    select
        lines.* exclude (partition_date, _digest),
        unnest(case
            when lines.invoice_number is not null
                then [
                    {
                        kind: 'invoice_number',
                        item: lines.invoice_number,
                        since: lines.posting_date,
                        until: {{ forever() }}
                    }
                ]
            when lines.payment_reference is null
                then [
                    {
                        kind: 'line',
                        item: lines.line_id,
                        since: lines.posting_date,
                        until: {{ forever() }}
                    }
                ]
            else [
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
            ]
        end) as place
    from {{ ref('int_subledger_lines') }} as lines
    left join named
        on
            lines.organization_id = named.organization_id
            and lines.account_number = named.account_number
            and lines.customer_id is not distinct from named.customer_id
            and lines.payment_reference = named.payment_reference
)

select
    placed.* exclude (place),
    placed.place.kind as item_kind,
    placed.place.item,
    placed.place.since as valid_from,
    placed.place.until as valid_to,
    placed.place.kind = 'invoice_number' and placed.invoice_number is null as is_by_kid
from placed
where placed.place.since < placed.place.until
