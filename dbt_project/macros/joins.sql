{#- How large tables meet, so that the books of many organizations are read as fast as those of one. -#}

{#- Two records that agree in all `columns`, compared as one value. Compared column by column, DuckDB may join any two
    tables of a query on organization_id alone and compare the rest later: every record of an organization then meets every
    other one, which no one notices until there are several organizations. NULL equals NULL here: for columns that are never
    NULL. -#}
{% macro same_row(left, right, columns) -%}
    row(
    {%- for column in columns %}{{ left }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
    ) = row(
    {%- for column in columns %}{{ right }}.{{ column }}{{ ', ' if not loop.last }}{% endfor -%}
    )
{%- endmacro %}
