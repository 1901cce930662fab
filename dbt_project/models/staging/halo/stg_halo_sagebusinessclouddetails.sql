{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    meta={'source': 'halo', 'endpoint': 'sagebusinessclouddetails'}
) }}

{{ typed('sagebusinessclouddetails', [
    ['connection_id', 'id'],
    ['name', 'name'],
    ['tokenexpiry', 'tokenexpiry', 'timestamp'],
    ['isauthorized', 'isauthorized', 'boolean'],
    ['redirecturi', 'redirecturi'],
    ['clienttoplevel', 'clienttoplevel'],
    ['itemgroup', 'itemgroup'],
    ['enablesync', 'enablesync', 'boolean'],
    ['defaultitemcode', 'defaultitemcode'],
    ['showmessage', 'showmessage', 'boolean'],
    ['client_id', 'client_id'],
    ['syncentities', 'syncentities'],
    ['sbcdnewmethod', 'sbcdnewmethod', 'boolean'],
    ['new_client_secret_had_value', 'new_client_secret_had_value', 'boolean'],
    ['item_group_name', 'item_group_name'],
    ['code_had_value', 'code_had_value', 'boolean'],
    ['new_access_token_had_value', 'new_access_token_had_value', 'boolean'],
    ['new_refresh_token_had_value', 'new_refresh_token_had_value', 'boolean'],
    ['client_top_level_name', 'client_top_level_name'],
], key=['connection_id'], of='halo') }}
