{#- Which partitions a model reads in this run, and how the changed ones are replaced.

    A partition is known by its digest: that of its manifest and of the code that typed it. A pre-hook puts the chosen ones
    into a session variable, as structs of organization_id, partition_date, file, digest and landed_rows; a file list has
    to be a constant, and a subquery is not. -#}

{% macro partitions_variable() -%}
    partitions_{{ model.name }}
{%- endmacro %}

{#- An incremental model reads the changed partitions: all that differ from what its table holds, on either side. Any
    other reads the newest one of each organization, which may say that there is nothing any more. `of`: a relation with _digest to follow instead of the manifests. -#}
{% macro choose_partitions(of=none) -%}
    {{ return(adapter.dispatch('choose_partitions', 'finago')(of)) }}
{%- endmacro %}

{% macro duckdb__choose_partitions(of) -%}
    {%- if model.partitions != 'chosen' %}{{ chosen_partitions(of) }}{% endif -%}
    {%- if model.partitions != 'to choose' and of is none and target.name != 'duckdb' %}{{ chosen_files() }}{% endif -%}
{%- endmacro %}

{% macro chosen_partitions(of) -%}
    {%- set name = partitions_variable() -%}
    {%- set is_history = config.get('materialized') == 'incremental' -%}
    {%- if of is none and not is_history %}{{ find_newest(endpoint_of(model)) }}{% endif -%}
    {%- set landed -%}
        {%- if of is none -%}
            select
                landed.organization_id,
                landed.partition_date,
                landed.file,
                landed.digest || '/' || {{ code_digest([model]) }} || '/' || version() as digest,
                landed.landed_rows
            from ({{ landed_partitions(endpoint_of(model), empty_too=not is_history, newest=not is_history) }}) as landed
        {%- else -%}
            select distinct organization_id, partition_date, cast(null as varchar) as file, _digest as digest, null as landed_rows
            from {{ of }}
        {%- endif -%}
    {%- endset -%}
    {%- set chosen -%}
        {%- if not is_history -%}
            select landed.*
            from ({{ landed }}) as landed
            qualify landed.partition_date = max(landed.partition_date) over (partition by landed.organization_id)
        {%- elif is_incremental() -%}
            select
                coalesce(landed.organization_id, held.organization_id) as organization_id,
                coalesce(landed.partition_date, held.partition_date) as partition_date,
                landed.file,
                landed.digest,
                landed.landed_rows
            from ({{ landed }}) as landed
            full join (select distinct organization_id, partition_date, _digest from {{ this }}) as held
                on held.organization_id = landed.organization_id and held.partition_date = landed.partition_date
            where landed.digest is distinct from held._digest
        {%- else -%}
            {{ landed }}
        {%- endif -%}
    {%- endset -%}
    set variable {{ name }} = (
        select coalesce(list({
            organization_id: chosen.organization_id,
            partition_date: chosen.partition_date,
            file: chosen.file,
            digest: chosen.digest,
            landed_rows: chosen.landed_rows
        }), [])
        from ({{ chosen }}) as chosen
    );
{%- endmacro %}

{#- The structs of the session variable as rows. -#}
{% macro rows_chosen() -%}
    (select unnest(getvariable('{{ partitions_variable() }}'), recursive := true))
{%- endmacro %}

{#- Where nothing is chosen, any one file gives the columns and the join lets none of its rows through. -#}
{% macro chosen_files() -%}
    {%- set name = partitions_variable() -%}
    set variable {{ name }}_files = (
        select coalesce(
            list(chosen.file) filter (where chosen.file is not null),
            (select [min(g.file)] from glob({{ raw_files(endpoint_of(model)) }}) as g)
        )
        from {{ rows_chosen() }} as chosen
    );
{%- endmacro %}

{#- Whether the table was made of what is chosen. An incremental model chose what differs; any other holds the digests of
    the partitions that had something in them. -#}
{% macro nothing_is_new() -%}
    {{ return(adapter.dispatch('nothing_is_new', 'finago')()) }}
{%- endmacro %}

{% macro duckdb__nothing_is_new() -%}
    {%- if config.get('materialized') == 'incremental' -%}
        select count(*) = 0 from {{ rows_chosen() }} as chosen
    {%- else -%}
        select count(*) = 0
        from (
            select chosen.organization_id, chosen.partition_date, chosen.digest
            from {{ rows_chosen() }} as chosen
            where chosen.landed_rows > 0
        ) as found
        full join (select distinct t.organization_id, t.partition_date, t._digest from {{ this }} as t) as held
            on
                found.organization_id = held.organization_id
                and found.partition_date = held.partition_date
                and found.digest = held._digest
        where found.organization_id is null or held.organization_id is null
    {%- endif -%}
{%- endmacro %}

{#- True for rows of the partitions that an incremental model reads in this run; all of them at first. The date alone
    comes first because only a plain column reaches the scan: it then reads the days that changed, not the whole ledger. -#}
{% macro in_chosen_partitions(record) -%}
    {{ return(adapter.dispatch('in_chosen_partitions', 'finago')(record)) }}
{%- endmacro %}

{% macro duckdb__in_chosen_partitions(record) -%}
    {%- if is_incremental() -%}
    {{ record }}.partition_date in (
        select chosen.partition_date
        from {{ rows_chosen() }} as chosen
    )
    and ({{ record }}.organization_id, {{ record }}.partition_date) in (
        select (chosen.organization_id, chosen.partition_date)
        from {{ rows_chosen() }} as chosen
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- Deletes exactly the chosen partitions, those that became empty or vanished included, then inserts their new rows. -#}
{% macro get_incremental_replace_partitions_sql(arg_dict) -%}
    {{ return(adapter.dispatch('replace_partitions_sql', 'finago')(arg_dict)) }}
{%- endmacro %}

{% macro duckdb__replace_partitions_sql(arg_dict) -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }}
    where (organization_id, partition_date) in (
        select (chosen.organization_id, chosen.partition_date) from {{ rows_chosen() }} as chosen
    );
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
