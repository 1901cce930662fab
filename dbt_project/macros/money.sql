{#- An amount with two decimals, or NULL where it would have to be rounded or cut. -#}
{% macro cents(value) -%}
    case when {{ value }} = round({{ value }}, 2) then try_cast({{ value }} as decimal(18, 2)) end
{%- endmacro %}

{% macro debit(amount) -%}
    cast(greatest({{ amount }}, 0) as decimal(18, 2))
{%- endmacro %}

{% macro credit(amount) -%}
    cast(greatest(-{{ amount }}, 0) as decimal(18, 2))
{%- endmacro %}

{#- LOCAL, or no code at all, is the organization's own currency; NULL where the organization did not say which. -#}
{% macro line_currency() -%}
    case when coalesce(lines.currency_code, 'LOCAL') = 'LOCAL' then organization.currency_code else lines.currency_code end
{%- endmacro %}
