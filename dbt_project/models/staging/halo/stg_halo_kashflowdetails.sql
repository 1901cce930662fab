{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    meta={'source': 'halo', 'endpoint': 'kashflowdetails'}
) }}

{{ typed('kashflowdetails', [
    ['connection_id', 'id'],
    ['name', 'name'],
    ['username', 'username'],
    ['new_password_had_value', 'new_password_had_value', 'boolean'],
    ['enabled', 'enabled', 'boolean'],
    ['client_top_level', 'client_top_level'],
    ['client_item_tax', 'client_item_tax'],
    ['client_service_tax', 'client_service_tax'],
    ['client_contract_tax', 'client_contract_tax'],
    ['client_top_level_name', 'client_top_level_name'],
    ['item_group', 'item_group'],
    ['item_group_name', 'item_group_name'],
    ['isdefault', 'isdefault', 'boolean'],
    ['enablesync', 'enablesync', 'boolean'],
    ['default_item_code', 'default_item_code'],
    ['show_message', 'show_message', 'boolean'],
    ['client_item_tax_name', 'client_item_tax_name'],
    ['client_service_tax_name', 'client_service_tax_name'],
    ['client_contract_tax_name', 'client_contract_tax_name'],
    ['supplier_top_level', 'supplier_top_level'],
    ['supplier_top_level_name', 'supplier_top_level_name'],
    ['new_method', 'new_method', 'boolean'],
    ['do_daily_tax_import', 'do_daily_tax_import', 'boolean'],
], key=['connection_id'], of='halo') }}
