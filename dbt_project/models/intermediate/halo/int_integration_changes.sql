-- Each list is held against the one before it of its provider: by what landed, not by when somebody built.
with settings as (
    select
        s.organization_id,
        s.provider,
        s.connection_id,
        s.list_date,
        s.field,
        s.value,
        s.shown_value,
        s.is_high_risk
    from {{ ref('int_integration_settings') }} as s
    where s.is_watched
),

compared as (
    select
        settings.*,
        lag(settings.value) over of_field as value_before,
        lag(settings.shown_value) over of_field as shown_before,
        lag(settings.list_date) over of_field as seen_before
    from settings
    window of_field as (
        partition by settings.organization_id, settings.provider, settings.connection_id, settings.field
        order by settings.list_date
    )
),

lists as (
    select
        l.organization_id,
        l.provider,
        l.list_date,
        lag(l.list_date) over (partition by l.organization_id, l.provider order by l.list_date) as list_before,
        lead(l.list_date) over (partition by l.organization_id, l.provider order by l.list_date) as list_after
    from {{ ref('int_integration_lists') }} as l
),

listed as (
    select
        c.organization_id,
        c.provider,
        c.connection_id,
        c.list_date,
        c.connection_name,
        lag(c.list_date) over of_connection as seen_before,
        lead(c.list_date) over of_connection as seen_after
    from {{ ref('int_integration_connections') }} as c
    window of_connection as (partition by c.organization_id, c.provider, c.connection_id order by c.list_date)
)

select
    compared.organization_id,
    compared.provider,
    compared.connection_id,
    compared.list_date as changed_on,
    compared.seen_before as seen_before_on,
    'changed' as change,
    compared.field,
    compared.shown_before as value_before,
    compared.shown_value as value_after,
    compared.is_high_risk
from compared
where compared.seen_before is not null and coalesce(compared.value, '') <> coalesce(compared.value_before, '')
union all
select
    listed.organization_id,
    listed.provider,
    listed.connection_id,
    listed.list_date as changed_on,
    lists.list_before as seen_before_on,
    'added' as change,
    'id' as field,
    cast(null as varchar) as value_before,
    listed.connection_name as value_after,
    true as is_high_risk
from listed
inner join lists
    on listed.organization_id = lists.organization_id and listed.provider = lists.provider and listed.list_date = lists.list_date
where lists.list_before is not null and (listed.seen_before is null or listed.seen_before <> lists.list_before)
union all
select
    listed.organization_id,
    listed.provider,
    listed.connection_id,
    lists.list_after as changed_on,
    listed.list_date as seen_before_on,
    'removed' as change,
    'id' as field,
    listed.connection_name as value_before,
    cast(null as varchar) as value_after,
    true as is_high_risk
from listed
inner join lists
    on listed.organization_id = lists.organization_id and listed.provider = lists.provider and listed.list_date = lists.list_date
where lists.list_after is not null and (listed.seen_after is null or listed.seen_after <> lists.list_after)
