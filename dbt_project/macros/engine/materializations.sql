{#- A model whose pre-hook chooses partitions is left as it is when its table was made of exactly those: nothing is typed
    or summed again. `incremental` is dbt-duckdb's own otherwise. A table, a view and what a test found are replaced by one
    statement: dbt makes another one beside it, renames both and drops one, which took longer than the SQL of a small book. -#}

{% materialization table, adapter='duckdb' %}
    {%- if is_up_to_date() -%}
        {{ return(left_as_it_is()) }}
    {%- endif -%}
    {{ return(replaced(table_of_model)) }}
{% endmaterialization %}

{% materialization view, adapter='duckdb' %}
    {{ return(replaced(view_of_model)) }}
{% endmaterialization %}

{% materialization test, adapter='duckdb' %}
    {%- set main_sql = sql -%}
    {%- set relations = [] -%}
    {%- if should_store_failures() -%}
        {%- set found = api.Relation.create(identifier=model['alias'], schema=schema, database=database, type='table') -%}
        {%- call statement(auto_begin=True) -%}create or replace table {{ found }} as ({{ sql }}){%- endcall -%}
        {%- do adapter.commit() -%}
        {%- do relations.append(found) -%}
        {%- set main_sql = 'select * from ' ~ found -%}
    {%- endif -%}
    {#- what was kept is committed, and a look at it needs no transaction of its own -#}
    {%- call statement('main', fetch_result=True, auto_begin=False) -%}
        {{ get_test_sql(main_sql, config.get('fail_calc'), config.get('warn_if'), config.get('error_if'), limit=none) }}
    {%- endcall -%}
    {{ return({'relations': relations}) }}
{% endmaterialization %}

{% materialization incremental, adapter='duckdb', supported_languages=['sql', 'python'] %}
    {%- if is_up_to_date() -%}
        {{ return(left_as_it_is()) }}
    {%- endif -%}
    {{ return(dbt.materialization_incremental_duckdb()) }}
{% endmaterialization %}

{#- Puts the model in its place within one transaction: readers see the old one, or the new one with its descriptions. -#}
{% macro replaced(statement_of) -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set relation = this.incorporate(type=model.config.materialized) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- if existing is not none and existing.type != relation.type -%}
        {%- do adapter.drop_relation(existing) -%}
    {%- endif -%}
    {%- call statement('main') -%}{{ statement_of(relation) }}{%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(relation, model) -%}
    {%- do adapter.commit() -%}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
    {{ return({'relations': [relation]}) }}
{%- endmacro %}

{% macro table_of_model(relation) -%}
    {%- if config.get('contract').enforced -%}
    {{ get_assert_columns_equivalent(compiled_code) }}
    create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
    insert into {{ relation }} {{ get_column_names() }} ({{ get_select_subquery(compiled_code) }});
    {%- else -%}
    create or replace table {{ relation }} as ({{ compiled_code }});
    {%- endif -%}
{%- endmacro %}

{% macro view_of_model(relation) -%}
    {%- if config.get('contract').enforced -%}
    {{ get_assert_columns_equivalent(compiled_code) }}
    {%- endif -%}
    create or replace view {{ relation }} as ({{ compiled_code }});
{%- endmacro %}

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
    {{ return(run_query('select exists (select 1 from ' ~ existing ~ ') and (' ~ nothing_is_new() ~ ')').rows[0][0]) }}
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
