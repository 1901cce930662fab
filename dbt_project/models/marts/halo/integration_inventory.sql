with defaults as (
    select
        settings.organization_id,
        settings.provider,
        settings.list_date,
        settings.connection_id,
        {{ first_listed(
            "settings.field || ' ' || settings.shown_value || coalesce(' (' || labels.value || ')', '')", 50, 'settings.field'
        ) }} as named
    from {{ ref('int_integration_settings') }} as settings
    left join {{ ref('int_integration_settings') }} as labels
        on
            settings.organization_id = labels.organization_id
            and settings.provider = labels.provider
            and settings.list_date = labels.list_date
            and settings.connection_id = labels.connection_id
            and settings.label_field = labels.field
    where settings.maps is not null and not {{ is_unset('settings.value') }}
    group by settings.organization_id, settings.provider, settings.list_date, settings.connection_id
),

seen as (
    select
        c.organization_id,
        c.provider,
        c.connection_id,
        min(c.list_date) as first_listed_on
    from {{ ref('int_integration_connections') }} as c
    group by c.organization_id, c.provider, c.connection_id
),

links as (
    select
        m.organization_id,
        m.provider,
        m.connection_id,
        count(*) as links
    from {{ ref('integration_mappings') }} as m
    where m.mapping_kind = 'link'
    group by m.organization_id, m.provider, m.connection_id
),

findings as (
    select
        h.organization_id,
        h.provider,
        h.connection_id,
        count(case when h.severity = 'error' then 1 end) as errors,
        count(case when h.severity = 'warn' then 1 end) as warnings
    from {{ ref('integration_health') }} as h
    where h.connection_id is not null
    group by h.organization_id, h.provider, h.connection_id
)

select
    states.organization_id,
    states.day as as_of,
    states.provider,
    states.provider_name,
    states.connection_id,
    states.connection_name,
    states.company,
    states.company_name,
    states.environment,
    case
        when not states.is_on then 'off'
        when not states.is_authorised then 'disconnected'
        when states.token_finding = 'must_reconnect' then 'must reconnect'
        when states.token_finding = 'reconnect_soon' then 'reconnect soon'
        when states.is_authorised is null then 'not told'
        else 'connected'
    end as state,
    states.is_authorised,
    states.is_enabled,
    states.is_default,
    states.entities as synced_entities,
    states.token_expires_at,
    cast(case when states.is_authorised then states.idle_days end as bigint) as idle_days,
    cast(case when states.is_authorised then states.reconnect_by end as date) as reconnect_by,
    defaults.named as defaults,
    cast(coalesce(links.links, 0) as bigint) as links,
    cast(coalesce(findings.errors, 0) as bigint) as errors,
    cast(coalesce(findings.warnings, 0) as bigint) as warnings,
    seen.first_listed_on,
    states.list_date as listed_on
from {{ ref('int_integration_states') }} as states
inner join seen
    on
        states.organization_id = seen.organization_id
        and states.provider = seen.provider
        and states.connection_id = seen.connection_id
left join defaults
    on
        states.organization_id = defaults.organization_id
        and states.provider = defaults.provider
        and states.list_date = defaults.list_date
        and states.connection_id = defaults.connection_id
left join links
    on
        states.organization_id = links.organization_id
        and states.provider = links.provider
        and states.connection_id = links.connection_id
left join findings
    on
        states.organization_id = findings.organization_id
        and states.provider = findings.provider
        and states.connection_id = findings.connection_id
where states.is_as_of
