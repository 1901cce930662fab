-- A due date lies within ten years of its line's or order's day. Others count as none: the posting date stands in.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'open_items'}}}) }}

with dated as (
    select
        lines.organization_id,
        'ledger line' as record,
        lines.due_date,
        lines.posting_date as dated,
        coalesce('invoice ' || nullif(trim(lines.invoice_number), ''), 'line ' || lines.line_id) as named
    from {{ ref('stg_transactionlines') }} as lines
    where lines.reject_reason is null and lines.due_date is not null
    union all
    select
        orders.organization_id,
        'order' as record,
        orders.due_date,
        orders.partition_date as dated,
        'order ' || orders.order_id as named
    from {{ ref('stg_salesorders') }} as orders
    where orders.due_date is not null
)

select
    dated.organization_id,
    dated.record,
    dated.due_date,
    count(*) as records,
    min(dated.dated) as first_day,
    max(dated.dated) as last_day,
    {{ lowest_listed('dated.named', 10, distinct=true) }} as first_ten,
    'No due date can be meant by this. Ages count from the posting date instead; set the due date in the ERP if there '
    || 'is one.' as what_to_do
from dated
-- depends_on: {{ ref('open_items') }}
where {{ meant_due_date('dated.due_date', 'dated.dated') }} is null
group by dated.organization_id, dated.record, dated.due_date
