{#- Open items as of a day. What can be known at all is in int_item_states, where each state of an item has its first
    and its last day; a date picks the states that hold on it. -#}

{#- The end of time, for a state that still holds. -#}
{% macro forever() -%}
    date '9999-12-31'
{%- endmacro %}

{#- The columns of open_items from a state `s`, its `customers` and the date expression `as_of`. -#}
{% macro open_item_columns(as_of) -%}
    s.organization_id,
    {{ as_of }} as as_of,
    s.ledger,
    s.account_number,
    s.customer_id,
    s.invoice_number,
    s.matched_by,
    s.due_date,
    s.original_amount,
    s.open_amount,
    s.currency_code,
    s.open_amount_currency,
    {{ days_between('s.due_date', as_of) }} as days_overdue,
    s.item_kind,
    s.item,
    s.item_date,
    s.payment_reference,
    customers.name as party_name
{%- endmacro %}

{% macro holds_on(as_of) -%}
    s.valid_from <= {{ as_of }} and {{ as_of }} < s.valid_to and s.open_amount is distinct from 0
{%- endmacro %}

{#- Queries that also become table macros name no subquery in a WITH: DuckDB 1.4.0 and 1.4.1 lose those of a macro that
    another version wrote. -#}

{#- Aged items of one ledger: `items` is anything with the columns of open_items. -#}
{% macro aged(items, customers, ledger) -%}
    {%- set side = '<' if ledger == 'receivable' else '>' -%}
    {%- set by_bucket -%}
    select
        items.organization_id,
        items.as_of,
        items.customer_id,
        items.open_amount,
        case
            -- nothing says which invoices it is made of, so no due date is its own
            when items.item_kind = 'opening' then 'unallocated'
            -- nobody owes it, so it is not overdue, whatever its number and its due date
            when items.open_amount {{ side }} 0 then 'unallocated'
            when items.days_overdue <= 0 then 'not_due'
            when items.days_overdue <= 30 then 'days_1_30'
            when items.days_overdue <= 60 then 'days_31_60'
            when items.days_overdue <= 90 then 'days_61_90'
            when items.days_overdue > 90 then 'days_over_90'
            -- every item has a due date or the day it was posted on; one without either would be in no one's bucket
            else 'unallocated'
        end as bucket
    from {{ items }} as items
    where items.ledger = '{{ ledger }}'
    {%- endset %}
select
    by_bucket.organization_id,
    by_bucket.as_of,
    by_bucket.customer_id,
    any_value(customers.name) as party_name,
    {%- for bucket in ['not_due', 'days_1_30', 'days_31_60', 'days_61_90', 'days_over_90', 'unallocated'] %}
    {{ known_sum('by_bucket.open_amount', "by_bucket.bucket = '" ~ bucket ~ "'") }} as {{ bucket }},
    {%- endfor %}
    {{ known_sum('by_bucket.open_amount') }} as total
from ({{ by_bucket }}) as by_bucket
left join {{ customers }} as customers
    on by_bucket.organization_id = customers.organization_id and by_bucket.customer_id = customers.customer_id
group by by_bucket.organization_id, by_bucket.as_of, by_bucket.customer_id
{%- endmacro %}

{#- A sum of what is known: NULL as soon as one amount is, and where the sum does not fit; 0 over nothing. -#}
{% macro known_sum(amount, condition='true') -%}
    case
        when count(*) filter (where {{ condition }} and {{ amount }} is null) = 0
            then try_cast(coalesce(sum({{ amount }}) filter (where {{ condition }}), 0) as decimal(18, 2))
    end
{%- endmacro %}

{% macro within(relation) -%}
    {{ relation.include(database=false) }}
{%- endmacro %}

{% macro open_items_query(states, customers) -%}
    select {{ open_item_columns('cast(on_date as date)') }} from {{ states }} as s
    left join {{ customers }} as customers
        on s.organization_id = customers.organization_id and s.customer_id = customers.customer_id
    where {{ holds_on('cast(on_date as date)') }}
{%- endmacro %}

{#- receivables / invoicing x 90. A quotient of decimals would be a double, so øre are divided as integers. -#}
{% macro days_outstanding(receivables, invoicing) -%}
    {%- set ore_invoiced = whole(invoicing ~ ' * 100') -%}
    case
        when {{ invoicing }} > 0
            then try_cast(
                sign({{ receivables }}) * (
                    {{ quotient('abs(' ~ whole(receivables ~ ' * 100') ~ ') * 90 * 100 * 2 + ' ~ ore_invoiced, '2 * ' ~ ore_invoiced) }}
                ) * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
            )
    end
{%- endmacro %}

{#- Days sales outstanding for `dates`: anything with organization_id and as_of. -#}
{% macro days_sales_outstanding(dates, items, invoicing, landed) -%}
    {%- set receivables -%}
    select
        items.organization_id,
        items.as_of,
        {{ known_sum('items.open_amount') }} as amount
    from {{ items }} as items
    where items.ledger = 'receivable'
    group by items.organization_id, items.as_of
    {%- endset -%}
    {%- set windows -%}
    select
        dates.organization_id,
        dates.as_of,
        (
            select {{ told_sum('invoicing.invoiced', nothing=0) | indent(12) }} from {{ invoicing }} as invoicing
            where
                invoicing.organization_id = dates.organization_id
                and invoicing.posting_date between dates.as_of - 89 and dates.as_of
        ) as invoiced,
        (
            select count(*) from {{ landed }} as landed
            where
                landed.organization_id = dates.organization_id and landed.landed_date between dates.as_of - 89 and dates.as_of
        ) as landed_days
    from {{ dates }} as dates
    {%- endset -%}
    {%- set measured -%}
    select
        windows.organization_id,
        windows.as_of,
        case when receivables.organization_id is null then 0 else receivables.amount end as receivables,
        case when windows.landed_days = 90 then windows.invoiced end as invoicing
    from ({{ windows }}) as windows
    left join ({{ receivables }}) as receivables
        on windows.organization_id = receivables.organization_id and windows.as_of = receivables.as_of
    {%- endset %}
select
    measured.organization_id,
    measured.as_of,
    {{ days_outstanding('measured.receivables', 'measured.invoicing') }} as days,
    try_cast(measured.receivables as decimal(18, 2)) as receivables,
    try_cast(measured.invoicing as decimal(18, 2)) as invoicing
from ({{ measured }}) as measured
{%- endmacro %}

{% macro days_sales_outstanding_query() -%}
    {%- set landed = within(ref('int_landed_days')) -%}
    {{ days_sales_outstanding(
        '(select distinct d.organization_id, cast(on_date as date) as as_of from ' ~ landed ~ ' as d)',
        'marts.open_items_as_of(on_date)', within(ref('int_invoicing_days')), landed,
    ) }}
{%- endmacro %}

{#- What an item's vouchers until then say of it: its invoices if they say anything, else the rest. -#}
{% macro of_item(pick, value) -%}
    coalesce(
        {{ pick }}(case when vouchers.is_main then {{ value }} end ignore nulls) over so_far,
        {{ pick }}(case when vouchers.direction = 1 then {{ value }} end ignore nulls) over so_far
    )
{%- endmacro %}
