{#- Where an endpoint's partitions lie and what their manifests say, for both ways of landing. -#}

{% macro raw_files(endpoint) -%}
    '{{ env_var("FINAGO_DATA_DIR", "data") | replace("'", "''") }}/raw/finago/{{ endpoint }}/organization=*/date=*/data.parquet'
{%- endmacro %}

{#- One row for each landed partition with rows: o(rganization), d(ate), f(ile), digest, landed_rows, fetched_at. An empty day and a placeholder
    hold nothing to type, so they count as absent: what staging still has of them is deleted. empty_too: whether a day
    landed at all, with or without rows. -#}
{% macro landed_partitions(endpoint, empty_too=false) -%}
    {%- if target.name == 'duckdb' -%}
    select
        m.organization as o,
        cast(m.date as date) as d,
        cast(null as varchar) as f,
        m.digest,
        cast(m.rows as bigint) as landed_rows,
        cast(m.fetched_at as timestamptz) as fetched_at
    from raw.finago.manifests as m
    where m.endpoint = '{{ endpoint }}' and m.outcome = 'landed'{% if not empty_too %} and cast(m.rows as bigint) > 0{% endif %}
    {%- else -%}
    select
        regexp_extract(m.file_name, '/organization=([^/]+)/[^/]+/[^/]+$', 1) as o,
        cast(regexp_extract(m.file_name, '/date=([^/]+)/[^/]+$', 1) as date) as d,
        m.file_name as f,
        max(decode(m.value)) filter (where decode(m.key) = 'digest') as digest,
        cast(max(decode(m.value)) filter (where decode(m.key) = 'rows') as bigint) as landed_rows,
        cast(max(decode(m.value)) filter (where decode(m.key) = 'fetched_at') as timestamptz) as fetched_at
    from parquet_kv_metadata({{ raw_files(endpoint) }}) as m
    group by m.file_name
    having
        max(decode(m.value)) filter (where decode(m.key) = 'outcome') = 'landed'
        {%- if not empty_too %}
        and cast(max(decode(m.value)) filter (where decode(m.key) = 'rows') as bigint) > 0
        {%- endif %}
    {%- endif -%}
{%- endmacro %}

{#- The raw records of the chosen partitions. A unit test may stand in for the source; then there is one partition. -#}
{% macro records(endpoint, parents=[]) -%}
    {%- set relation = source('finago', endpoint) | string -%}
    select
    {%- if '__dbt__cte__' in relation %}
        cast(raw.organization as varchar) as organization_id,
        cast(raw.date as date) as partition_date,
        'unit test' as _digest,
    {%- else %}
        part.o as organization_id,
        part.d as partition_date,
        part.k as _digest,
    {%- endif %}
        raw.ordinal,
        raw.page,
    {%- for parent in parents %}
        raw.{{ parent }},
    {%- endfor %}
        raw.payload
    {%- if '__dbt__cte__' in relation %}
    from {{ relation }} as raw
    {%- elif target.name == 'duckdb' %}
    from {{ relation }} as raw
    inner join (select unnest(getvariable('{{ partitions_variable() }}'), recursive := true)) as part
        on raw.organization = part.o and raw.date = part.d
    {%- else %}
    from read_parquet(getvariable('{{ partitions_variable() }}_files'), filename = true, hive_partitioning = false) as raw
    inner join (select unnest(getvariable('{{ partitions_variable() }}'), recursive := true)) as part
        on raw.filename = part.f
    {%- endif %}
{%- endmacro %}
