{{ config(meta={'source': 'halo', 'endpoint': 'integrationrequest'}) }}

{{ typed('integrationrequest', [
    ['request_id', 'id'],
    ['module_id', 'msid'],
    ['connection_id', 'details_id'],
    ['is_outgoing', 'isoutgoing', 'boolean'],
    ['operation', 'operation'],
    ['request_type', 'type'],
    ['logged_at', 'datelogged', 'timestamp'],
    ['result_code', 'resultcode'],
    ['url_host', 'url_host'],
], key=['request_id'], of='halo') }}
