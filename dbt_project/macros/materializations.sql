{#- A model whose pre-hook chooses partitions is left as it is when its table was made of exactly those: nothing is typed
    or summed again. Anything else is dbt-duckdb's own `table` and `incremental`. -#}

{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if is_up_to_date() -%}
        {{ return(left_as_it_is()) }}
    {%- endif -%}
    {{ return(dbt.materialization_table_duckdb()) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if is_up_to_date() -%}
        {{ return(left_as_it_is()) }}
    {%- endif -%}
    {{ return(dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}

{#- The pre-hook runs here and chooses. When dbt's own materialization runs it again it only makes ready what to read. -#}
{% macro is_up_to_date() -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is none or existing.is_view or should_full_refresh() or not chooses_partitions() -%}
        {{ return(false) }}
    {%- endif -%}
    {%- if '_digest' not in adapter.get_columns_in_relation(existing) | map(attribute='name') -%}
        {#- made before this model was kept by day: it does not say what it was made of -#}
        {%- do adapter.drop_relation(existing) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- do model.update({'partitions': 'to choose'}) -%}
    {%- do run_hooks(pre_hooks, inside_transaction=False) -%}
    {%- do run_hooks(pre_hooks, inside_transaction=True) -%}
    {%- do model.update({'partitions': 'chosen'}) -%}
    {#- no row of an empty table says which code made it, and so which columns it should have -#}
    {%- set holds_rows = run_query('select count(*) > 0 from ' ~ existing).rows[0][0] -%}
    {{ return(holds_rows and run_query(nothing_is_new()).rows[0][0]) }}
{%- endmacro %}

{% macro chooses_partitions() -%}
    {%- for hook in pre_hooks if 'choose_partitions(' in hook.sql -%}
        {{ return(true) }}
    {%- endfor -%}
    {{ return(false) }}
{%- endmacro %}

{#- dbt wants a statement called main, and descriptions may have changed where nothing else did. -#}
{% macro left_as_it_is() -%}
    {%- set relation = this.incorporate(type='table') -%}
    {%- call noop_statement('main', message='UNCHANGED', code='UNCHANGED', rows_affected=0) -%}{{ compiled_code }}{%- endcall -%}
    {%- do persist_docs(relation, model) -%}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}
