{#- A table macro beside the marts, for dates that nobody asked for at build time. It reads the warehouse it lies in. -#}
{% macro table_macro(name, query) -%}
    {{ return(adapter.dispatch('table_macro', 'finago')(name, query)) }}
{%- endmacro %}

{% macro duckdb__table_macro(name, query) -%}
    create or replace macro {{ this.schema }}.{{ name }}(on_date) as table {{ query }}
{%- endmacro %}
