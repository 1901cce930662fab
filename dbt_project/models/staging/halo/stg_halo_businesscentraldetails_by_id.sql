{% set links = [{
    'id': 'VARCHAR', 'table_id': 'VARCHAR', 'halo_id': 'VARCHAR', 'halo_desc': 'VARCHAR', 'third_party_id': 'VARCHAR',
    'third_party_desc': 'VARCHAR'
}] -%}
{{ config(meta={'source': 'halo', 'endpoint': 'businesscentraldetails_by_id'}) }}

{{ typed('businesscentraldetails_by_id', [
    ['connection_id', 'id'],
    ['client_mappings', 'client_mappings', links],
    ['vendor_mappings', 'vendor_mappings', links],
    ['item_group_mappings', 'item_group_mappings', links],
], parents=['details_id'], key=['connection_id'], of='halo') }}
