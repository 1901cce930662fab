with states as (
    select
        connections.*,
        days.day,
        days.day_number,
        days.is_as_of,
        providers.provider_name,
        providers.tells_authorisation,
        providers.has_default,
        providers.refresh_days,
        -- a provider that has no such switch syncs
        coalesce(connections.is_enabled, true) as is_on,
        {{ days_between('cast(connections.token_expires_at as date)', 'days.day') }} as idle_days,
        cast(connections.token_expires_at as date) + providers.refresh_days + {{ integration_limit('slack') }} as reconnect_by
    from {{ ref('int_integration_days') }} as days
    inner join {{ ref('int_integration_connections') }} as connections
        on
            days.organization_id = connections.organization_id
            and days.provider = connections.provider
            and days.list_date = connections.list_date
    inner join {{ ref('integration_providers') }} as providers on days.provider = providers.provider
)

select
    states.*,
    case
        when states.tells_authorisation and states.is_authorised is null then 'authorisation_not_told'
        when not coalesce(states.is_authorised, false) then null
        when states.refresh_days is null then null
        when states.token_expires_at is null then 'token_expiry_missing'
        when states.day > states.reconnect_by then 'must_reconnect'
        when {{ days_between('states.day', 'states.reconnect_by') }} <= {{ integration_limit('reconnect_soon') }} then 'reconnect_soon'
        when states.idle_days > {{ integration_limit('idle') }} + {{ integration_limit('slack') }} then 'no_token_refresh'
    end as token_finding
from states
