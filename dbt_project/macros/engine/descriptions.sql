{#- Puts descriptions beside a relation, all in one statement. dbt asks which columns there are to warn of others, and
    dbt-duckdb (1.11.1) asks once more; under an enforced contract they are those of the YAML, or the model has failed. -#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set comments = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do comments.append(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() and model.columns -%}
        {%- set columns = model.columns -%}
        {%- if not config.get('contract').enforced -%}
            {%- set there = adapter.get_columns_in_relation(relation) | map(attribute='name') | list -%}
            {%- set columns = validate_doc_columns(relation, columns, there) -%}
        {%- endif -%}
        {%- for name, column in columns.items() -%}
            {%- do comments.append(
                'comment on column ' ~ relation ~ '.' ~ (adapter.quote(name) if column['quote'] else name) ~ ' is '
                ~ duckdb_escape_comment(column['description']) ~ ';'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if comments -%}
        {%- do run_query(comments | join('\n')) -%}
    {%- endif -%}
{%- endmacro %}
