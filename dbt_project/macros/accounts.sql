{#- Where an account is reported, from the first digits of its number; NULL for numbers outside the standard chart. -#}
{% macro statement_of(account_number) -%}
    case
        when left(cast({{ account_number }} as varchar), 2) in ('88', '89') then 'appropriation'
        when left(cast({{ account_number }} as varchar), 1) in ('1', '2') then 'balance'
        when left(cast({{ account_number }} as varchar), 1) between '3' and '8' then 'profit_and_loss'
    end
{%- endmacro %}

{% macro class_of(account_number) -%}
    case
        when left(cast({{ account_number }} as varchar), 1) between '1' and '8'
            then cast(left(cast({{ account_number }} as varchar), 1) as integer)
    end
{%- endmacro %}
