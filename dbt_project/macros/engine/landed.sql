{#- Where an endpoint's partitions lie and what their manifests say, for both ways of landing. -#}

{% macro raw_files(endpoint) -%}
    {#- the folder stands in a text, and in a pattern: what means something there is put into brackets, which go first -#}
    '{{ env_var("FINAGO_DATA_DIR", "data") | replace("'", "''")
        | replace("[", "[[]") | replace("*", "[*]") | replace("?", "[?]")
    }}/raw/{{ source_of(model) }}/{{ endpoint }}/organization=*/date=*/data.parquet'
{%- endmacro %}

{#- The newest file of each organization, for landed_partitions(newest=true): a pre-hook finds it by name, so that lists
    which land every night are not all opened. A placeholder says nothing; where one is the newest (its day is the first
    day of the settings at that time, and that may have been in the future), all files of its organization are looked at. -#}
{% macro find_newest(endpoint) -%}
    {{ return(adapter.dispatch('find_newest', 'finago')(endpoint)) }}
{%- endmacro %}

{% macro duckdb__find_newest(endpoint) -%}
    {%- if target.name != 'duckdb' -%}
    {%- set name = partitions_variable() ~ '_newest' -%}
    set variable {{ name }} = (
        select list(newest.file)
        from (
            select max(g.file) as file from glob({{ raw_files(endpoint) }}) as g group by {{ organization_of('g.file') }}
        ) as newest
    );
    set variable {{ name }} = (
        select list(g.file)
        from glob({{ raw_files(endpoint) }}) as g
        where
            list_contains(getvariable('{{ name }}'), g.file)
            or {{ organization_of('g.file') }} in (
                select {{ organization_of('m.file_name') }}
                from parquet_kv_metadata(getvariable('{{ name }}')) as m
                where decode(m.key) = 'outcome' and decode(m.value) <> 'landed'
            )
    );
    {%- endif -%}
{%- endmacro %}

{% macro organization_of(file) -%}
    regexp_extract({{ file }}, '/organization=([^/]+)/[^/]+/[^/]+$', 1)
{%- endmacro %}

{#- One row for each landed partition with rows: organization_id, partition_date, file, digest, landed_rows, fetched_at. An
    empty day and a placeholder hold nothing to type, so they count as absent: what staging still has of them is deleted.
    empty_too: whether a day landed at all, with or without rows. newest: of the files that find_newest found, which may be
    more than the newest. -#}
{% macro landed_partitions(endpoint, empty_too=false, newest=false) -%}
    {{ return(adapter.dispatch('landed_partitions', 'finago')(endpoint, empty_too, newest)) }}
{%- endmacro %}

{% macro duckdb__landed_partitions(endpoint, empty_too, newest) -%}
    {%- if target.name == 'duckdb' -%}
    select
        m.organization as organization_id,
        cast(m.date as date) as partition_date,
        cast(null as varchar) as file,
        m.digest,
        cast(m.rows as bigint) as landed_rows,
        cast(m.fetched_at as timestamptz) as fetched_at
    from raw.{{ source_of(model) }}.manifests as m
    where m.endpoint = '{{ endpoint }}' and m.outcome = 'landed'{% if not empty_too %} and cast(m.rows as bigint) > 0{% endif %}
    {%- else -%}
    select
        {{ organization_of('m.file_name') }} as organization_id,
        cast(regexp_extract(m.file_name, '/date=([^/]+)/[^/]+$', 1) as date) as partition_date,
        m.file_name as file,
        max(decode(m.value)) filter (where decode(m.key) = 'digest') as digest,
        cast(max(decode(m.value)) filter (where decode(m.key) = 'rows') as bigint) as landed_rows,
        cast(max(decode(m.value)) filter (where decode(m.key) = 'fetched_at') as timestamptz) as fetched_at
    from parquet_kv_metadata(
        {%- if newest %}getvariable('{{ partitions_variable() }}_newest'){% else %}{{ raw_files(endpoint) }}{% endif -%}
    ) as m
    group by m.file_name
    having
        max(decode(m.value)) filter (where decode(m.key) = 'outcome') = 'landed'
        {%- if not empty_too %}
        and cast(max(decode(m.value)) filter (where decode(m.key) = 'rows') as bigint) > 0
        {%- endif %}
    {%- endif -%}
{%- endmacro %}

{#- The raw records of the chosen partitions. A unit test may stand in for the source; then there is one partition. -#}
{% macro records(endpoint, parents=[], of='finago') -%}
    {{ return(adapter.dispatch('records', 'finago')(endpoint, parents, of)) }}
{%- endmacro %}

{% macro duckdb__records(endpoint, parents, of) -%}
    {%- set relation = source(of, endpoint) | string -%}
    {%- if execute and '__dbt__cte__' not in relation %}{% do refuse_other_partitions(of, endpoint) %}{% endif -%}
    select
    {%- if '__dbt__cte__' in relation %}
        cast(raw.organization as varchar) as organization_id,
        cast(raw.date as date) as partition_date,
        'unit test' as _digest,
    {%- else %}
        chosen.organization_id,
        chosen.partition_date,
        chosen.digest as _digest,
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
    inner join {{ rows_chosen() }} as chosen
        on raw.organization = chosen.organization_id and raw.date = chosen.partition_date
    {%- else %}
    from read_parquet(getvariable('{{ partitions_variable() }}_files'), filename = true, hive_partitioning = false) as raw
    inner join {{ rows_chosen() }} as chosen
        on raw.filename = chosen.file
    {%- endif %}
{%- endmacro %}
