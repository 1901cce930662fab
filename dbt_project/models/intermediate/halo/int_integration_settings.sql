with settings as (
    {%- for provider in integration_providers().split() %}
        select
            '{{ provider }}' as provider,
            r.organization_id,
            r.partition_date as list_date,
            r.connection_id,
            r.field,
            r.value
        from {{ fields_as_rows(ref('stg_halo_' ~ provider ~ 'details'), 'connection_id') | indent(4) }} as r
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select
    settings.organization_id,
    settings.list_date,
    settings.provider,
    settings.connection_id,
    settings.field,
    settings.value,
    case when fields.is_masked and not {{ is_unset('settings.value') }} then {{ masked('settings.value') }} else settings.value end as shown_value,
    fields.role,
    fields.maps,
    fields.label_field,
    coalesce(fields.is_needed, false) as is_needed,
    coalesce(fields.is_of_halo, false) as is_of_halo,
    coalesce(fields.is_high_risk, false) as is_high_risk,
    coalesce(fields.is_watched, true) as is_watched
from settings
left join {{ ref('integration_fields') }} as fields
    on settings.provider = fields.provider and settings.field = fields.field
where {{ until_integrations_as_of('settings.list_date') }}
