{#- What stands in _unread for a record with half an emoji, a raw control character or bytes that were no UTF-8 in it. -#}
{% macro damaged_text() -%}damaged text{%- endmacro %}

{#- A record whose text was damaged, as JSON that can be read: each damaged character is U+FFFD or a blank. Landing keeps
    records as they were sent, and spells out bytes that are no text as \xe9. An escaped backslash and a whole emoji are put
    aside meanwhile. -#}
{% macro legible(payload) -%}
replace(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(
    replace({{ payload }}, '\\', chr(57344)),
    '\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})', chr(57345) || '\1' || chr(57345) || '\2', 'g'),
    '\\u[dD][89a-fA-F][0-9a-fA-F]{2}|\\x[0-9a-f]{2}', chr(65533), 'g'),
    '\\([^"/bfnrtu]|u[0-9a-fA-F]{0,3}[^0-9a-fA-F])', chr(65533) || '\1', 'g'),
    '[\x01-\x1f]', ' ', 'g'),
    chr(57345), '\u'), chr(57344), '\\')
{%- endmacro %}
