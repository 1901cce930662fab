{#- What code a table's rows were made by, and which API and endpoint a model reads: told by dbt's graph, for any engine. -#}

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

{#- The hooks know a model's source and endpoint by its meta and its name; what it says to `typed` has to be the same, or it
    would read the partitions of another API. -#}
{% macro refuse_other_partitions(of, endpoint) -%}
    {%- set chosen = source_of(model) ~ '/' ~ endpoint_of(model) -%}
    {%- if chosen != of ~ '/' ~ endpoint -%}
        {%- do exceptions.raise_compiler_error(
            model.name ~ ' types records of ' ~ of ~ '/' ~ endpoint ~ ', and its hooks choose partitions of ' ~ chosen
            ~ ". Give its config meta={'source': '" ~ of ~ "', 'endpoint': '" ~ endpoint ~ "'}."
        ) -%}
    {%- endif -%}
{%- endmacro %}
