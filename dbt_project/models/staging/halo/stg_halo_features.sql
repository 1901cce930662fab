{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    meta={'source': 'halo', 'endpoint': 'features'}
) }}

{{ typed('features', [
    ['module_id', 'id'],
    ['module_name', 'module_name'],
    ['actual_name', 'actual_name'],
    ['is_enabled', 'enabled', 'boolean'],
    ['is_licensed', 'licensed', 'boolean'],
    ['integrator_enabled', 'halointegratorenabled', 'boolean'],
    ['integrator_synced_at', 'halointegrator_lastsync', 'timestamp'],
    ['integrator_error', 'halointegrator_lasterror'],
], key=['module_id'], of='halo') }}
