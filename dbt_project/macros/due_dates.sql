{#- A due date more than ten years before or after the day of its line or order is another program's way to say none
    (0001-01-01, 1900-01-01, 1970-01-01, 9999-12-31). `dated` is that day. -#}
{% macro meant_due_date(due_date, dated) -%}
    case
        when {{ due_date }} between {{ dated }} - interval 10 year and {{ dated }} + interval 10 year then {{ due_date }}
    end
{%- endmacro %}
