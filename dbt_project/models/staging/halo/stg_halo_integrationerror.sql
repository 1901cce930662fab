{{ config(meta={'source': 'halo', 'endpoint': 'integrationerror'}) }}

{{ typed('integrationerror', [
    ['error_id', 'id'],
    ['module_id', 'module_id'],
    ['connection_id', 'detail_id'],
    ['entity_type', 'entity_type'],
    ['entity_id', 'entity_id'],
    ['entity_name', 'entity_name'],
    ['endpoint', 'endpoint'],
    ['error_text', 'error'],
    ['failed_at', 'date', 'timestamp'],
], key=['error_id'], of='halo') }}
