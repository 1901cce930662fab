-- the numbers of modules are published nowhere; their names are
select
    modules.organization_id,
    modules.partition_date as list_date,
    modules.module_id,
    coalesce(modules.actual_name, modules.module_name) as module_name,
    providers.provider,
    modules.is_enabled,
    modules.is_licensed,
    modules.integrator_enabled,
    modules.integrator_synced_at,
    nullif(trim(modules.integrator_error), '') as integrator_error
from {{ ref('stg_halo_features') }} as modules
inner join {{ ref('integration_providers') }} as providers
    on lower(coalesce(modules.actual_name, modules.module_name)) like '%' || providers.module_words || '%'
where {{ until_integrations_as_of('modules.partition_date') }}
