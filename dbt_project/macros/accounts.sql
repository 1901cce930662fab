{#- The class of an account, from the first digit of its number; NULL outside the standard chart. -#}
{% macro class_of(account_number) -%}
    case
        when left(cast({{ account_number }} as varchar), 1) between '1' and '8'
            then cast(left(cast({{ account_number }} as varchar), 1) as integer)
    end
{%- endmacro %}
