{{ config(meta={'source': 'halo', 'endpoint': 'externallink'}) }}

{{ typed('externallink', [
    ['link_id', 'id'],
    ['module_id', 'module_id'],
    ['connection_id', 'details_id'],
    ['integration_name', 'integration_name'],
    ['table_id', 'table_id'],
    ['halo_id', 'halo_id'],
    ['halo_desc', 'halo_desc'],
    ['halo_second_id', 'halo_second_id'],
    ['third_party_id', 'third_party_id'],
    ['third_party_desc', 'third_party_desc'],
    ['third_party_secondary_id', 'third_party_secondary_id'],
    ['created_at', 'date_created', 'timestamp'],
    ['updated_at', 'date_updated', 'timestamp'],
], key=['link_id'], of='halo') }}
