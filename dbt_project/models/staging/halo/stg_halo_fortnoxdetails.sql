{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    meta={'source': 'halo', 'endpoint': 'fortnoxdetails'}
) }}

{{ typed('fortnoxdetails', [
    ['connection_id', 'id'],
    ['name', 'name'],
    ['new_access_token_had_value', 'new_access_token_had_value', 'boolean'],
    ['new_refresh_token_had_value', 'new_refresh_token_had_value', 'boolean'],
    ['token_expiry', 'token_expiry', 'timestamp'],
    ['isauthorized', 'isauthorized', 'boolean'],
    ['new_method', 'new_method', 'boolean'],
    ['client_id', 'client_id'],
    ['new_client_secret_had_value', 'new_client_secret_had_value', 'boolean'],
    ['client_top_level', 'client_top_level'],
    ['client_top_level_name', 'client_top_level_name'],
    ['show_message', 'show_message', 'boolean'],
    ['sync_entities', 'sync_entities'],
    ['item_group', 'item_group'],
    ['code_had_value', 'code_had_value', 'boolean'],
    ['item_group_name', 'item_group_name'],
    ['app_type', 'app_type'],
    ['redirect_uri', 'redirect_uri'],
], key=['connection_id'], of='halo') }}
