{#- Which partitions a model reads in this run, and how the changed ones are replaced.

    A partition is known by k: the digest of its manifest and of the code that typed it. A pre-hook puts the chosen ones
    into a session variable; a file list has to be a constant, and a subquery is not. -#}

{% macro partitions_variable() -%}
    partitions_{{ model.name }}
{%- endmacro %}

{#- What makes a partition's rows, as a digest: the text of `nodes` and of every model before them, their hooks, and every
    macro of this project that is called on the way. dbt's own macros are left out: they say how a table is written, not
    what is in it. At parse time the graph is not there yet. -#}
{% macro code_digest(nodes) -%}
    {%- set texts = {} -%}
    {%- if execute -%}
        {%- set ids = nodes | map(attribute='unique_id') | list -%}
        {#- the list grows while it is gone through -#}
        {%- for id in ids if id not in texts -%}
            {%- if id in graph.nodes -%}
                {%- set node = graph.nodes[id] -%}
                {%- set hooks = node.config.get('pre-hook', []) + node.config.get('post-hook', []) -%}
                {%- do texts.update({id: [node.raw_code] + hooks | map(attribute='sql') | list}) -%}
                {%- do ids.extend(node.depends_on.get('nodes', []) + node.depends_on.macros) -%}
            {%- elif id.startswith('macro.' ~ project_name ~ '.') -%}
                {%- set macro = context[id.split('.')[2]].macro -%}
                {%- do texts.update({id: macro.macro_sql}) -%}
                {%- do ids.extend(macro.depends_on.macros) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}
    '{{ local_md5(tojson(texts, sort_keys=true))[:8] }}'
{%- endmacro %}

{#- For the digest of the partitions that this model lists: the code of all models that are made again by them. -#}
{% macro followers_digest() -%}
    {%- set followers = [] -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() if node.config.materialized == 'incremental' -%}
            {%- if model.unique_id in node.depends_on.nodes %}{% do followers.append(node) %}{% endif -%}
        {%- endfor -%}
    {%- endif -%}
    {{ code_digest(followers) }}
{%- endmacro %}

{#- Which API a model reads, and which endpoint of it: its own name without `stg_`, unless its meta says otherwise. -#}
{% macro source_of(node) -%}
    {{ node.config.get('meta', {}).get('source', 'finago') }}
{%- endmacro %}

{% macro endpoint_of(node) -%}
    {{ node.config.get('meta', {}).get('endpoint', node.name[4:]) }}
{%- endmacro %}

{#- An incremental model reads the changed partitions: all that differ from what its table holds, on either side. Any
    other reads the newest one of each organization, which may say that there is nothing any more. `of`: a relation with _digest to follow instead of the manifests. -#}
{% macro choose_partitions(of=none) -%}
    {%- if model.partitions != 'chosen' %}{{ chosen_partitions(of) }}{% endif -%}
    {%- if model.partitions != 'to choose' and of is none and target.name != 'duckdb' %}{{ chosen_files() }}{% endif -%}
{%- endmacro %}

{% macro chosen_partitions(of) -%}
    {%- set name = partitions_variable() -%}
    {%- set is_history = config.get('materialized') == 'incremental' -%}
    {%- if of is none and not is_history %}{{ find_newest(endpoint_of(model)) }}{% endif -%}
    {%- set landed -%}
        {%- if of is none -%}
            select p.o, p.d, p.f, p.digest || '/' || {{ code_digest([model]) }} || '/' || version() as k, p.landed_rows as n from ({{ landed_partitions(endpoint_of(model), empty_too=not is_history, newest=not is_history) }}) as p
        {%- else -%}
            select distinct organization_id as o, partition_date as d, cast(null as varchar) as f, _digest as k, null as n from {{ of }}
        {%- endif -%}
    {%- endset -%}
    {%- set chosen -%}
        {%- if not is_history -%}
            select l.o, l.d, l.f, l.k, l.n from ({{ landed }}) as l qualify l.d = max(l.d) over (partition by l.o)
        {%- elif is_incremental() -%}
            select coalesce(l.o, t.o) as o, coalesce(l.d, t.d) as d, l.f, l.k, l.n
            from ({{ landed }}) as l
            full join (select distinct organization_id as o, partition_date as d, _digest as k from {{ this }}) as t
                on t.o = l.o and t.d = l.d
            where l.k is distinct from t.k
        {%- else -%}
            {{ landed }}
        {%- endif -%}
    {%- endset -%}
    set variable {{ name }} = (
        select coalesce(list({o: c.o, d: c.d, f: c.f, k: c.k, n: c.n}), []) from ({{ chosen }}) as c
    );
{%- endmacro %}

{#- Where nothing is chosen, any one file gives the columns and the join lets none of its rows through. -#}
{% macro chosen_files() -%}
    {%- set name = partitions_variable() -%}
    set variable {{ name }}_files = (
        select coalesce(
            list(c.f) filter (where c.f is not null),
            (select [min(g.file)] from glob({{ raw_files(endpoint_of(model)) }}) as g)
        )
        from (select unnest(getvariable('{{ name }}'), recursive := true)) as c
    );
{%- endmacro %}

{#- Whether the table was made of what is chosen. An incremental model chose what differs; any other holds the digests of
    the partitions that had something in them. -#}
{% macro nothing_is_new() -%}
    {%- set chosen -%}
        (select unnest(getvariable('{{ partitions_variable() }}'), recursive := true)) as chosen
    {%- endset -%}
    {%- if config.get('materialized') == 'incremental' -%}
        select count(*) = 0 from {{ chosen }}
    {%- else -%}
        select count(*) = 0
        from (select chosen.o, chosen.d, chosen.k from {{ chosen }} where chosen.n > 0) as found
        full join (select distinct t.organization_id as o, t.partition_date as d, t._digest as k from {{ this }} as t) as held
            on found.o = held.o and found.d = held.d and found.k = held.k
        where found.o is null or held.o is null
    {%- endif -%}
{%- endmacro %}

{#- True for rows of the partitions that an incremental model reads in this run; all of them at first. The date alone
    comes first because only a plain column reaches the scan: it then reads the days that changed, not the whole ledger. -#}
{% macro in_chosen_partitions(record) -%}
    {%- if is_incremental() -%}
    {{ record }}.partition_date in (
        select part.d
        from (select unnest(getvariable('{{ partitions_variable() }}'), recursive := true)) as part
    )
    and ({{ record }}.organization_id, {{ record }}.partition_date) in (
        select (part.o, part.d)
        from (select unnest(getvariable('{{ partitions_variable() }}'), recursive := true)) as part
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}

{#- Deletes exactly the chosen partitions, those that became empty or vanished included, then inserts their new rows. -#}
{% macro get_incremental_replace_partitions_sql(arg_dict) -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arg_dict['target_relation'] }}
    where (organization_id, partition_date) in (
        select (p.o, p.d) from (select unnest(getvariable('{{ partitions_variable() }}'), recursive := true)) as p
    );
    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{%- endmacro %}
