-- a list holds until the next one of its provider lands
with days as (
    select
        lists.organization_id,
        lists.list_date as day,
        row_number() over (partition by lists.organization_id order by lists.list_date) as day_number,
        lists.list_date = max(lists.list_date) over (partition by lists.organization_id) as is_as_of
    from {{ ref('int_integration_lists') }} as lists
    group by lists.organization_id, lists.list_date
),

held as (
    select
        days.organization_id,
        days.day,
        days.day_number,
        days.is_as_of,
        providers.provider,
        max(lists.list_date) over (
            partition by days.organization_id, providers.provider order by days.day
        ) as list_date,
        max(case when lists.landed_rows > 0 then lists.list_date end) over (
            partition by days.organization_id, providers.provider order by days.day
        ) as last_filled
    from days
    cross join {{ ref('integration_providers') }} as providers
    left join {{ ref('int_integration_lists') }} as lists
        on
            days.organization_id = lists.organization_id
            and days.day = lists.list_date
            and providers.provider = lists.provider
)

select held.*
from held
where held.list_date is not null
