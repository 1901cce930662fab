-- a tax has a code for each provider, and may be one of a single company there
{% set codes = {
    'kashflow': ['kashflow_code', 'kashflow_tenant_id'],
    'exact': ['exact_code', 'exact_division'],
    'avalara': ['avalara_code', none],
    'xero': ['xero_code', 'xero_tenant_id'],
    'quickbooks': ['coalesce(taxes.quickbooks_code, taxes.quickbooks_group_code)', 'quickbooks_company_id'],
    'sagebusinesscloud': ['sage_code', 'sage_tenant_id'],
    'myob': ['myob_code', 'myob_tenant_id'],
} -%}
{% for provider, (code, company) in codes.items() -%}
    select
        '{{ provider }}' as provider,
        taxes.organization_id,
        taxes.partition_date as list_date,
        taxes.tax_id,
        taxes.tax_name,
        {{ code if '(' in code else 'taxes.' ~ code }} as code,
        {{ 'taxes.' ~ company if company else 'cast(null as varchar)' }} as company
    from {{ ref('stg_halo_tax') }} as taxes
    where {{ until_integrations_as_of('taxes.partition_date') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
