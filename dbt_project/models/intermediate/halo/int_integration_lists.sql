{{ config(meta={'source': 'halo', 'reads': 'manifests'}) }}

{% for provider in integration_providers().split() -%}
    -- depends_on: {{ source('halo', provider ~ 'details') }}
    select
        '{{ provider }}' as provider,
        lists.organization_id,
        lists.partition_date as list_date,
        lists.landed_rows
    from ({{ landed_partitions(provider ~ 'details', empty_too=true) | indent(4) }}) as lists
    where {{ until_integrations_as_of('lists.partition_date') }}
    {{ 'union all' if not loop.last }}
{% endfor %}
