{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    meta={'source': 'halo', 'endpoint': 'avalaradetails'}
) }}

{{ typed('avalaradetails', [
    ['connection_id', 'id'],
    ['environment', 'environment'],
    ['name', 'name'],
    ['username', 'username'],
    ['new_password_had_value', 'new_password_had_value', 'boolean'],
    ['new_method', 'new_method', 'boolean'],
    ['companyid', 'companyid'],
    ['client_top_level', 'client_top_level'],
    ['supplier_top_level', 'supplier_top_level'],
    ['client_top_level_name', 'client_top_level_name'],
    ['supplier_top_level_name', 'supplier_top_level_name'],
    ['defaulttax', 'defaulttax'],
    ['defaultitem', 'defaultitem'],
    ['autosyncentities', 'autosyncentities', 'boolean'],
    ['autosyncentitiesonupdate', 'autosyncentitiesonupdate', 'boolean'],
    ['showmessage', 'showmessage', 'boolean'],
    ['authorized', 'authorized', 'boolean'],
    ['syncentities', 'syncentities'],
    ['commitentities', 'commitentities'],
    ['defaultcustomercode', 'defaultcustomercode'],
    ['default_customer_name', 'default_customer_name'],
    ['disablerecording', 'disablerecording', 'boolean'],
    ['address_mapping_type', 'address_mapping_type'],
    ['sync_committed', 'sync_committed', 'boolean'],
], key=['connection_id'], of='halo') }}
