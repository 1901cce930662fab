{{ config(
    materialized='incremental', incremental_strategy='replace_partitions',
    meta={'source': 'halo', 'endpoint': 'tax'}
) }}

{{ typed('tax', [
    ['tax_id', 'id'],
    ['tax_name', 'name'],
    ['tax_code', 'code'],
    ['tax_rate', 'value', 'decimal'],
    ['xero_code', 'xerotaxrate.value'],
    ['xero_tenant_id', 'xero_tenant_id'],
    ['kashflow_code', 'kashflowtaxrate.value'],
    ['kashflow_tenant_id', 'kashflow_tenant_id'],
    ['quickbooks_group_code', 'qbocode'],
    ['quickbooks_code', 'qbotaxcode.value'],
    ['quickbooks_company_id', 'qbo_company_id'],
    ['sage_code', 'sagebusinesscloudtaxcode.value'],
    ['sage_tenant_id', 'sage_tenant_id'],
    ['exact_code', 'exacttaxcode.value'],
    ['exact_division', 'exact_division'],
    ['myob_code', 'myobtaxcode.value'],
    ['myob_tenant_id', 'myob_details_id'],
    ['avalara_code', 'avalara_id'],
], key=['tax_id'], of='halo') }}
