{#- Ranges of accounts by their first digits, so that 1500..1529 holds in charts of four, five or six digits alike. -#}

{#- An account with fewer digits than the range lies in none. Digits are compared as text, from the left. -#}
{% macro in_account_range(account, range) -%}
    length(cast({{ account }} as varchar)) >= length(cast({{ range }}.first_account as varchar))
    and left(cast({{ account }} as varchar), length(cast({{ range }}.first_account as varchar)))
    >= cast({{ range }}.first_account as varchar)
    and left(cast({{ account }} as varchar), length(cast({{ range }}.last_account as varchar)))
    <= cast({{ range }}.last_account as varchar)
{%- endmacro %}
