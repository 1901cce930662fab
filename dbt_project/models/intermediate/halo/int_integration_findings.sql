-- What the lists of each landed day tell of each connection. A finding that names nothing is one of the connection as a whole,
-- one without a connection is the provider's.
with states as (
    select s.* from {{ ref('int_integration_states') }} as s
),

of_state as (
    select
        states.organization_id,
        states.day,
        states.provider,
        states.connection_id,
        states.is_on,
        cast(null as varchar) as about,
        {{ one_row_each("[
            case when not states.is_authorised then 'disconnected' end,
            states.token_finding,
            case when states.is_enabled and states.tells_entities and states.entities is null then 'nothing_to_sync' end,
            case when not states.is_enabled and states.entities is not null then 'entities_but_off' end,
            case when states.is_enabled and (states.recording_is_off or states.committed = '') then 'nothing_reported' end,
            case when states.is_sandbox and not states.is_test then 'sandbox_in_production' end,
            case when not states.is_sandbox and states.is_test then 'production_in_test' end
        ]") }} as finding
    from (
        select
            states.*,
            exists(
                select 1
                from {{ ref('integration_fields') }} as fields
                where fields.provider = states.provider and fields.role = 'entities'
            ) as tells_entities,
            exists(
                select 1
                from {{ ref('integration_test_tenants') }} as tenants
                where tenants.organization_id = states.organization_id
            ) as is_test
        from states
    ) as states
),

defaults as (
    select
        states.organization_id,
        states.day,
        states.provider,
        states.connection_id,
        states.is_default,
        states.is_on,
        count(case when states.is_on then states.is_default end) over of_provider as told,
        count(case when states.is_on and states.is_default then 1 end) over of_provider as defaults
    from states
    where states.has_default
    window of_provider as (partition by states.organization_id, states.day, states.provider)
),

of_default as (
    select
        defaults.organization_id,
        defaults.day,
        defaults.provider,
        defaults.connection_id,
        defaults.is_on,
        cast(null as varchar) as about,
        'default_doubled' as finding
    from defaults
    where defaults.is_on and defaults.is_default and defaults.defaults > 1
    union all
    select distinct
        defaults.organization_id,
        defaults.day,
        defaults.provider,
        cast(null as varchar) as connection_id,
        true as is_on,
        cast(null as varchar) as about,
        'default_missing' as finding
    from defaults
    where defaults.told > 0 and defaults.defaults = 0
),

chosen as (
    select
        states.organization_id,
        states.day,
        states.provider,
        states.connection_id,
        states.is_on,
        settings.field as about,
        settings.maps,
        settings.is_needed,
        {{ is_unset('settings.value') }} as is_unset,
        labels.field is not null as has_label,
        {{ is_unset('labels.value') }} as label_is_unset,
        -- a list may leave all labels out, and then tells nothing by one that is missing
        max(case when not {{ is_unset('labels.value') }} then 1 else 0 end) over (
            partition by states.organization_id, states.day, states.provider
        ) = 1 as labels_are_told
    from states
    inner join {{ ref('int_integration_settings') }} as settings
        on
            states.organization_id = settings.organization_id
            and states.provider = settings.provider
            and states.list_date = settings.list_date
            and states.connection_id = settings.connection_id
    left join {{ ref('int_integration_settings') }} as labels
        on
            settings.organization_id = labels.organization_id
            and settings.provider = labels.provider
            and settings.list_date = labels.list_date
            and settings.connection_id = labels.connection_id
            and settings.label_field = labels.field
    where settings.maps is not null
),

of_mapping as (
    select
        chosen.organization_id,
        chosen.day,
        chosen.provider,
        chosen.connection_id,
        chosen.is_on,
        chosen.about,
        {{ one_row_each("[
            case when chosen.is_needed and chosen.is_unset then 'unmapped_' || replace(chosen.maps, ' ', '_') end,
            case when chosen.has_label and chosen.labels_are_told and not chosen.is_unset and chosen.label_is_unset then 'id_without_label' end,
            case when chosen.has_label and chosen.is_unset and not chosen.label_is_unset then 'label_without_id' end
        ]") }} as finding
    from chosen
),

companies as (
    select
        states.organization_id,
        states.day,
        states.provider,
        states.company_key,
        count(*) as connections,
        count(case when states.is_on then 1 end) as connections_on,
        {{ lowest_listed("states.connection_id || ' ' || states.connection_name", 5) }} as named
    from states
    where states.company_key is not null
    group by states.organization_id, states.day, states.provider, states.company_key
),

of_company as (
    select
        states.organization_id,
        states.day,
        states.provider,
        states.connection_id,
        companies.connections_on > 1 and states.is_on as is_on,
        companies.named as about,
        'same_remote_company' as finding
    from states
    inner join companies
        on
            states.organization_id = companies.organization_id
            and states.day = companies.day
            and states.provider = companies.provider
            and states.company_key = companies.company_key
    where companies.connections > 1
),

of_list as (
    select
        days.organization_id,
        days.day,
        days.provider,
        cast(null as varchar) as connection_id,
        true as is_on,
        cast(null as varchar) as about,
        {{ one_row_each("[
            case
                when days.last_filled < days.list_date and " ~ days_between('days.last_filled', 'days.day') ~ " <= " ~ integration_limit('gone')
                    ~ " then 'connections_gone'
            end,
            case when " ~ days_between('days.list_date', 'days.day') ~ " > " ~ integration_limit('not_read') ~ " then 'not_read' end
        ]") }} as finding
    from {{ ref('int_integration_days') }} as days
),

tax_days as (
    select
        days.organization_id,
        days.day,
        max(codes.list_date) as list_date
    from {{ ref('int_integration_days') }} as days
    inner join {{ ref('int_integration_tax_codes') }} as codes
        on days.organization_id = codes.organization_id and days.day >= codes.list_date
    group by days.organization_id, days.day
),

taxes as (
    select
        states.organization_id,
        states.day,
        states.provider,
        states.connection_id,
        states.is_on,
        coalesce(codes.tax_name, codes.tax_id) as about,
        max(
            case
                when
                    not {{ is_unset('codes.code') }}
                    and ({{ is_unset('codes.company') }} or codes.company in (states.connection_id, states.company_key))
                    then 1
                else 0
            end
        ) = 1 as is_covered
    from states
    inner join tax_days on states.organization_id = tax_days.organization_id and states.day = tax_days.day
    inner join {{ ref('int_integration_tax_codes') }} as codes
        on
            tax_days.organization_id = codes.organization_id
            and tax_days.list_date = codes.list_date
            and states.provider = codes.provider
    group by
        states.organization_id, states.day, states.provider, states.connection_id, states.is_on,
        coalesce(codes.tax_name, codes.tax_id)
),

module_days as (
    select
        days.organization_id,
        days.day,
        max(modules.list_date) as list_date
    from {{ ref('int_integration_days') }} as days
    inner join {{ ref('int_integration_modules') }} as modules
        on days.organization_id = modules.organization_id and days.day >= modules.list_date
    group by days.organization_id, days.day
),

modules as (
    select
        module_days.organization_id,
        module_days.day,
        modules.provider,
        modules.module_name,
        modules.is_enabled and coalesce(modules.is_licensed, true) as is_running,
        modules.integrator_error,
        modules.integrator_enabled,
        {{ days_between('cast(modules.integrator_synced_at as date)', 'module_days.day') }} as days_since
    from module_days
    inner join {{ ref('int_integration_modules') }} as modules
        on module_days.organization_id = modules.organization_id and module_days.list_date = modules.list_date
),

of_module as (
    select
        states.organization_id,
        states.day,
        states.provider,
        states.connection_id,
        states.is_on,
        min(modules.module_name) as about,
        'module_off' as finding
    from states
    inner join modules
        on
            states.organization_id = modules.organization_id
            and states.day = modules.day
            and states.provider = modules.provider
    group by states.organization_id, states.day, states.provider, states.connection_id, states.is_on
    having bool_and(not coalesce(modules.is_running, true))
),

of_integrator as (
    select
        modules.organization_id,
        modules.day,
        modules.provider,
        cast(null as varchar) as connection_id,
        true as is_on,
        modules.module_name as about,
        {{ one_row_each("[
            case when modules.integrator_error is not null then 'integrator_failed' end,
            case
                when modules.integrator_enabled and modules.days_since > " ~ integration_limit('silent') ~ "
                    then 'integrator_stopped'
            end
        ]") }} as finding
    from modules
),

found as (
    {%- for part in ['of_state', 'of_default', 'of_mapping', 'of_company', 'of_list', 'of_module', 'of_integrator'] %}
        select
            {{ part }}.organization_id,
            {{ part }}.day,
            {{ part }}.provider,
            {{ part }}.connection_id,
            {{ part }}.is_on,
            {{ part }}.about,
            {{ part }}.finding
        from {{ part }}
        where {{ part }}.finding is not null
        union all
    {%- endfor %}
    select
        taxes.organization_id,
        taxes.day,
        taxes.provider,
        taxes.connection_id,
        taxes.is_on,
        taxes.about,
        'tax_not_covered' as finding
    from taxes
    where not taxes.is_covered
),

named as (
    select
        found.organization_id,
        found.day,
        found.provider,
        found.connection_id,
        found.finding,
        bool_and(found.is_on) as is_on,
        count(*) as records,
        {{ lowest_listed('found.about', 5) }} as such_as
    from found
    group by found.organization_id, found.day, found.provider, found.connection_id, found.finding
)

select
    named.*,
    days.is_as_of,
    -- the first of the landed days on end on which it was so
    min(named.day) over (
        partition by
            named.organization_id, named.provider, named.connection_id, named.finding,
            days.day_number - named.place
    ) as since
from (
    select
        named.*,
        row_number() over (
            partition by named.organization_id, named.provider, named.connection_id, named.finding order by named.day
        ) as place
    from named
) as named
inner join (
    select distinct
        d.organization_id,
        d.day,
        d.day_number,
        d.is_as_of
    from {{ ref('int_integration_days') }} as d
) as days on named.organization_id = days.organization_id and named.day = days.day
