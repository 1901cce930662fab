{#- Norwegian payment references: 2 to 25 characters, the last one a check digit by mod 10 (Luhn) or mod 11, where the
    check digit 10 is written as a dash. -#}

{% macro kid_is_valid(text) -%}
    {{ return(adapter.dispatch('kid_is_valid', 'finago')(text)) }}
{%- endmacro %}

{% macro duckdb__kid_is_valid(text) -%}
    coalesce(
        regexp_full_match({{ text }}, '[0-9]{1,24}[0-9-]')
        and ({{ kid_mod10('(' ~ text ~ ')') }} or {{ kid_mod11('(' ~ text ~ ')') }}),
        false
    )
{%- endmacro %}

{% macro kid_mod10(text) -%}
    (
        not ends_with({{ text }}, '-')
        and list_sum(list_transform(
            string_split(reverse({{ text }}), ''),
            lambda digit, place: case
                when place % 2 = 1 then try_cast(digit as integer)
                else try_cast(digit as integer) * 2 // 10 + try_cast(digit as integer) * 2 % 10
            end
        )) % 10 = 0
    )
{%- endmacro %}

{% macro kid_mod11(text) -%}
    (
        list_sum(list_transform(
            string_split(reverse({{ text }}), ''),
            lambda digit, place: case
                when place = 1 and digit = '-' then 10
                when place = 1 then try_cast(digit as integer)
                else try_cast(digit as integer) * ((place - 2) % 6 + 2)
            end
        )) % 11 = 0
    )
{%- endmacro %}

{#- What of a payment reference is compared: letters, digits and the dash. Spaces of any width, dots and what else people
    and programs put between digits say nothing. A text stays a text, or two of them could become one number. Leading
    zeros are part of a KID. -#}
{% macro payment_reference_key(text) -%}
    {{ return(adapter.dispatch('payment_reference_key', 'finago')(text)) }}
{%- endmacro %}

{% macro duckdb__payment_reference_key(text) -%}
    nullif(regexp_replace(translate({{ text }}, '‐‑‒–—−', '------'), '[^\p{L}\p{N}-]', '', 'g'), '')
{%- endmacro %}

{#- What of an invoice number is compared: 0010170 and 10170 are one invoice. Spaces around it say nothing; a number with
    letters is a text, whose zeros stay. -#}
{% macro invoice_number_key(text) -%}
    {{ return(adapter.dispatch('invoice_number_key', 'finago')(text)) }}
{%- endmacro %}

{% macro duckdb__invoice_number_key(text) -%}
    regexp_replace(regexp_replace({{ text }}, '^[\s\p{Z}]+|[\s\p{Z}]+$', '', 'g'), '^0+([0-9]+)$', '\1')
{%- endmacro %}
