{#- The fields of a table of records as rows of field and value, each value as text. What stands beside the fields in every
    table of staging is left out, and the record's own key. -#}
{% macro fields_as_rows(records, key) -%}
    {{ return(adapter.dispatch('fields_as_rows', 'finago')(records, key)) }}
{%- endmacro %}

{% macro duckdb__fields_as_rows(records, key) -%}
    (
        select r.organization_id, r.partition_date, r.{{ key }}, cast(columns(r.* exclude (
            organization_id, partition_date, {{ key }}, _digest, _ordinal, _lost, _unread
        )) as varchar)
        from {{ records }} as r
    ) unpivot include nulls (value for field in (columns(* exclude (organization_id, partition_date, {{ key }}))))
{%- endmacro %}
