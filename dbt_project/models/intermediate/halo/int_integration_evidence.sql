-- What the logs and the links tell of a connection on the day that is looked at. The logs tell when: since is theirs.
with days as (
    select
        d.organization_id,
        max(d.day) as as_of
    from {{ ref('int_integration_days') }} as d
    group by d.organization_id
),

errors as (
    select e.* from {{ ref('int_integration_errors') }} as e
),

of_error as (
    select
        errors.organization_id,
        errors.provider,
        errors.connection_id,
        cast(errors.failed_at as date) as since,
        errors.entity_type || coalesce(' ' || errors.entity_id, '') as about,
        {{ one_row_each("[
            case when errors.is_open and errors.age_days < " ~ integration_limit('failing') ~ " then 'failing' end,
            case
                when errors.is_open and errors.errors_of_record >= " ~ integration_limit('repeated') ~ " then 'failing_repeatedly'
            end,
            case when errors.is_open and errors.age_days > " ~ integration_limit('error_left_open') ~ " then 'error_left_open' end
        ]") }} as finding
    from errors
),

modules as (
    select
        m.organization_id,
        m.module_id,
        max_by(m.provider, m.list_date) as provider
    from {{ ref('int_integration_modules') }} as m
    group by m.organization_id, m.module_id
),

requests as (
    select
        modules.organization_id,
        modules.provider,
        r.connection_id,
        max(cast(r.logged_at as date)) as last_asked
    from {{ ref('stg_halo_integrationrequest') }} as r
    inner join modules on r.organization_id = modules.organization_id and r.module_id = modules.module_id
    where {{ until_integrations_as_of('cast(r.logged_at as date)') }}
    group by modules.organization_id, modules.provider, r.connection_id
),

-- a log that is empty, or whose modules nobody can name, is no evidence of silence
logs as (
    select
        requests.organization_id,
        max(requests.last_asked) as last_asked
    from requests
    group by requests.organization_id
),

named as (
    select distinct
        modules.organization_id,
        modules.provider
    from modules
),

of_silence as (
    select
        states.organization_id,
        states.provider,
        states.connection_id,
        requests.last_asked as since,
        cast(null as varchar) as about,
        'silent' as finding
    from {{ ref('int_integration_states') }} as states
    inner join logs on states.organization_id = logs.organization_id
    inner join named on states.organization_id = named.organization_id and states.provider = named.provider
    left join requests
        on
            states.organization_id = requests.organization_id
            and states.provider = requests.provider
            and states.connection_id = requests.connection_id
    where
        states.is_as_of
        and states.is_on
        and coalesce(states.is_authorised, true)
        and {{ days_between('logs.last_asked', 'states.day') }} <= {{ integration_limit('silent') }}
        and (requests.last_asked is null or {{ days_between('requests.last_asked', 'states.day') }} > {{ integration_limit('silent') }})
),

links as (
    select
        l.organization_id,
        l.provider,
        l.connection_id,
        l.table_id,
        l.halo_id,
        l.third_party_id,
        cast(l.created_at as date) as linked_on
    from {{ ref('int_integration_links') }} as l
    where not {{ is_unset('l.halo_id') }} and not {{ is_unset('l.third_party_id') }}
),

of_link as (
    select
        links.organization_id,
        links.provider,
        links.connection_id,
        max(links.linked_on) as since,
        'table ' || links.table_id || ', ' || links.halo_id || ' of Halo' as about,
        'linked_twice' as finding
    from links
    group by links.organization_id, links.provider, links.connection_id, links.table_id, links.halo_id
    having min(links.third_party_id) <> max(links.third_party_id)
    union all
    select
        links.organization_id,
        links.provider,
        links.connection_id,
        max(links.linked_on) as since,
        'table ' || links.table_id || ', ' || links.third_party_id || ' of the provider' as about,
        'linked_twice' as finding
    from links
    group by links.organization_id, links.provider, links.connection_id, links.table_id, links.third_party_id
    having min(links.halo_id) <> max(links.halo_id)
),

of_change as (
    select
        changes.organization_id,
        changes.provider,
        changes.connection_id,
        changes.changed_on as since,
        changes.field as about,
        'high_risk_changed' as finding
    from {{ ref('int_integration_changes') }} as changes
    inner join days on changes.organization_id = days.organization_id
    where changes.is_high_risk and {{ days_between('changes.changed_on', 'days.as_of') }} < {{ integration_limit('changed') }}
),

found as (
    {%- for part in ['of_error', 'of_silence', 'of_link', 'of_change'] %}
        select
            {{ part }}.organization_id,
            {{ part }}.provider,
            {{ part }}.connection_id,
            {{ part }}.since,
            {{ part }}.about,
            {{ part }}.finding
        from {{ part }}
        where {{ part }}.finding is not null
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    found.organization_id,
    days.as_of as day,
    found.provider,
    found.connection_id,
    found.finding,
    count(*) as records,
    {{ lowest_listed('found.about', 5, distinct=true) }} as such_as,
    min(found.since) as since
from found
inner join days on found.organization_id = days.organization_id
group by found.organization_id, days.as_of, found.provider, found.connection_id, found.finding
