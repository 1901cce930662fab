-- The buckets of a party add up to its total, and the total to its open items.
{{ config(meta={'kind': 'ours', 'dagster': {'ref': {'name': 'open_items'}}}) }}

with aged as (
    select
        'receivable' as ledger,
        receivables.*
    from {{ ref('aged_receivables') }} as receivables
    union all
    select
        'payable' as ledger,
        payables.*
    from {{ ref('aged_payables') }} as payables
),

items as (
    select
        open_items.organization_id,
        open_items.ledger,
        open_items.as_of,
        open_items.customer_id,
        {{ known_sum('open_items.open_amount') }} as open_amount
    from {{ ref('open_items') }} as open_items
    group by open_items.organization_id, open_items.ledger, open_items.as_of, open_items.customer_id
)

select
    coalesce(aged.organization_id, items.organization_id) as organization_id,
    coalesce(aged.ledger, items.ledger) as ledger,
    coalesce(aged.as_of, items.as_of) as as_of,
    aged.total,
    items.open_amount
from aged
full outer join items
    on
        aged.organization_id = items.organization_id
        and aged.ledger = items.ledger
        and aged.as_of = items.as_of
        and aged.customer_id is not distinct from items.customer_id
where
    aged.as_of is null
    or items.as_of is null
    or aged.total is distinct from items.open_amount
    or aged.total is distinct from (
        aged.not_due + aged.days_1_30 + aged.days_31_60 + aged.days_61_90 + aged.days_over_90 + aged.unallocated
    )
