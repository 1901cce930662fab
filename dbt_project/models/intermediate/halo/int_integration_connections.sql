-- what stands in a record of every provider, under the name that each gives it
with connections as (
    select
        settings.organization_id,
        settings.list_date,
        settings.provider,
        settings.connection_id,
        max(case when settings.role = 'name' then settings.value end) as connection_name,
        max(case when settings.role = 'authorised' then settings.value end) = 'true' as is_authorised,
        -- KashFlow has two switches, and both have to be on
        min(case when settings.role = 'enabled' then settings.value end) = 'true' as is_enabled,
        max(case when settings.role = 'default' then settings.value end) = 'true' as is_default,
        cast(max(case when settings.role = 'token expiry' then settings.value end) as timestamp) as token_expires_at,
        nullif(trim(max(case when settings.role = 'entities' then settings.value end)), '') as entities,
        max(case when settings.role = 'committed' then coalesce(trim(settings.value), '') end) as committed,
        max(case when settings.role = 'recording off' then settings.value end) = 'true' as recording_is_off,
        max(case when settings.role = 'environment' then settings.value end) as environment,
        nullif(trim(max(case when settings.role = 'company name' then settings.value end)), '') as company_name,
        count(case when settings.role = 'company' then 1 end) as company_parts,
        count(case when settings.role = 'company' and not {{ is_unset('settings.value') }} then 1 end) as company_parts_told,
        {{ first_listed("case when settings.role = 'company' then settings.value end", 999, 'settings.field') }} as company_key,
        {{ first_listed("case when settings.role = 'company' then settings.shown_value end", 999, 'settings.field') }} as company
    from {{ ref('int_integration_settings') }} as settings
    group by settings.organization_id, settings.list_date, settings.provider, settings.connection_id
)

select
    connections.organization_id,
    connections.list_date,
    connections.provider,
    connections.connection_id,
    coalesce(nullif(trim(connections.connection_name), ''), connections.company_name, '') as connection_name,
    connections.is_authorised,
    connections.is_enabled,
    connections.is_default,
    -- a database has such a year for a day that is not known
    case when extract(year from connections.token_expires_at) > 1901 then connections.token_expires_at end as token_expires_at,
    connections.entities,
    connections.committed,
    connections.recording_is_off,
    connections.environment,
    case
        when lower(connections.environment) = 'sandbox' or (connections.provider = 'avalara' and connections.environment = '1') then true
        when lower(connections.environment) = 'production' or (connections.provider = 'avalara' and connections.environment = '0') then false
    end as is_sandbox,
    connections.company_name,
    case when connections.company_parts_told > 0 then connections.company end as company,
    -- part of an address is no address
    case when connections.company_parts_told = connections.company_parts and connections.company_parts > 0 then connections.company_key end
        as company_key
from connections
