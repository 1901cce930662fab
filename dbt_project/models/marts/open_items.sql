{{ config(
    post_hook="{{ table_macro('open_items_as_of', open_items_query(within(ref('int_item_states')), within(ref('customers')))) }}",
) }}

select
    {{ open_item_columns('dates.as_of') }}
from {{ ref('int_item_states') }} as s
inner join {{ ref('int_as_of_dates') }} as dates
    on
        s.organization_id = dates.organization_id
        and {{ holds_on('dates.as_of') }}
left join {{ ref('customers') }} as customers
    on s.organization_id = customers.organization_id and s.customer_id = customers.customer_id
