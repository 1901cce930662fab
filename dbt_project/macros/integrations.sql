{#- The accounting integrations of Halo: whose connections are listed, by which limits they are judged, and on which day. -#}

{#- Providers as the names of Halo's lists have them, without their `details`; a text, which is split where it is gone through. -#}
{% macro integration_providers() -%}
    kashflow fortnox exact businesscentral avalara xero quickbooks sagebusinesscloud myob
{%- endmacro %}

{#- A row of the seed of limits, as a number. -#}
{% macro integration_limit(name) -%}
    (select l.amount from {{ ref('integration_limits') }} as l where l.name = '{{ name }}')
{%- endmacro %}

{#- Whether a day is not after the one that was asked for. -#}
{% macro until_integrations_as_of(day) -%}
    {%- if var('integrations_as_of', '') -%}
    {{ day }} <= cast('{{ var('integrations_as_of') }}' as date)
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- Whether nothing is chosen: an empty text and 0 are no id. -#}
{% macro is_unset(value) -%}
    coalesce(trim({{ value }}), '') in ('', '0')
{%- endmacro %}

{#- Of a text that is not to be shown whole. -#}
{% macro masked(value) -%}
    '...' || right({{ value }}, 4)
{%- endmacro %}
