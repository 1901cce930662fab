-- An error is open as long as Halo lists it and its record has not been linked since. The number of a table is told by no
-- description; these are the ones that a client of the API goes by.
with modules as (
    select
        m.organization_id,
        m.module_id,
        max_by(m.provider, m.list_date) as provider
    from {{ ref('int_integration_modules') }} as m
    group by m.organization_id, m.module_id
),

days as (
    select
        d.organization_id,
        max(d.day) as as_of
    from {{ ref('int_integration_days') }} as d
    group by d.organization_id
),

tables (table_id, entity) as (
    values ('2', 'client'), ('3', 'site'), ('4', 'user'), ('8', 'item'), ('9', 'supplier'), ('995', 'invoice'), ('998', 'purchaseorder')
),

links as (
    select
        l.organization_id,
        l.module_id,
        l.connection_id,
        l.halo_id,
        tables.entity,
        max(coalesce(l.updated_at, l.created_at)) as linked_at
    from {{ ref('stg_halo_externallink') }} as l
    inner join tables on l.table_id = tables.table_id
    where {{ until_integrations_as_of('cast(coalesce(l.updated_at, l.created_at) as date)') }}
    group by l.organization_id, l.module_id, l.connection_id, l.halo_id, tables.entity
)

select
    errors.organization_id,
    errors.error_id,
    coalesce(modules.provider, 'module ' || errors.module_id, 'not told') as provider,
    errors.connection_id,
    coalesce(errors.entity_type, 'not told') as entity_type,
    errors.entity_id,
    errors.entity_name,
    errors.endpoint,
    errors.error_text,
    errors.failed_at,
    days.as_of,
    {{ days_between('cast(errors.failed_at as date)', 'days.as_of') }} as age_days,
    links.linked_at is null as is_open,
    count(errors.entity_id) over (
        partition by errors.organization_id, errors.module_id, errors.connection_id, errors.entity_type, errors.entity_id
    ) as errors_of_record
from {{ ref('stg_halo_integrationerror') }} as errors
inner join days on errors.organization_id = days.organization_id
left join modules on errors.organization_id = modules.organization_id and errors.module_id = modules.module_id
left join links
    on
        errors.organization_id = links.organization_id
        and errors.module_id = links.module_id
        and coalesce(errors.connection_id, '') = coalesce(links.connection_id, '')
        and errors.entity_id = links.halo_id
        and replace(lower(errors.entity_type), ' ', '') = links.entity
        and errors.failed_at < links.linked_at
where {{ until_integrations_as_of('cast(errors.failed_at as date)') }}
