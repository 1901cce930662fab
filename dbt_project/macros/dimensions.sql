{#- The dimensions on a line, each type and value once: the first of those that come twice. -#}
{% macro each_tag_once(tags) -%}
    case
        when len({{ tags }}) > 1
            then list_filter({{ tags }}, lambda one, place: list_position(
                list_transform({{ tags }}, lambda other: {{ key_of_tag('other') }}), {{ key_of_tag('one') }}
            ) = place)
        else {{ tags }}
    end
{%- endmacro %}

{% macro key_of_tag(tag) -%}
    coalesce({{ tag }}."dimensionType", '') || chr(31) || coalesce({{ tag }}."value", '')
{%- endmacro %}
