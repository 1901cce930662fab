{#- Loads a seed. dbt-duckdb's own (1.11.1) writes the path into the statement as it is, and the folder may be named with
    what means something in a text or in a pattern (tests/dbt/test_odd_folders.py). -#}
{% macro duckdb__load_csv_rows(model, agate_table) -%}
    {%- set path = adapter.get_seed_file_path(model) | replace("'", "''") | replace("[", "[[]") | replace("*", "[*]") -%}
    {%- set sql -%}
        copy {{ this.render() }} from '{{ path }}' (format csv, header true, delimiter '{{ config.get("delimiter", ",") }}')
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}
