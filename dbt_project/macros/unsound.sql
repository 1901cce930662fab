{#- What is wrong with the rows of tables, as the result of a data test: one row for each organization and finding, with how
    many rows, some of them, what to do, and whether it withholds the books (blocks) or is only named.

    tables: {of: a relation, ...} with what its model vouches for, in the words of the test rows_are_sound. Where several tables
    are looked at, a finding starts with its table. -#}
{% macro unsound_rows(tables) -%}
{%- set faults = [] -%}
{%- for table in tables -%}
    {%- do faults.extend(faults_of(table, table.of.identifier.removeprefix('__dbt__cte__') ~ ': ' if tables | length > 1 else '')) -%}
{%- endfor -%}
{{ faults | join('\n\nunion all\n\n') }}

order by blocks desc, organization_id, finding
{%- endmacro %}

{#- SELECTs of what breaks what a table's model vouches for: one for its key, one for all that a row tells by itself, and one
    for each list that has to know a column. -#}
{% macro faults_of(table, begin='') -%}
    {%- set faults, of_rows, warns, of = [], [], table.warns or [], table.of -%}
    {%- set name = name_of(table.shown or table.key or []) -%}
    {%- if table.key -%}
        {%- set blocks = 'key' not in warns -%}
        {%- do faults.append(fault(
            table, text(begin ~ 'several rows have the same ' ~ table.key | join(', ')), advice(table, 'key' if blocks else 'key that warns'),
            blocks, name_of(table.key), 'from ' ~ of ~ ' as m where ' ~ asked_of(table, 'key'), key=table.key
        )) -%}
    {%- endif -%}
    {%- for column in table.never_null or [] -%}
        {%- do of_rows.append(
            {'column': column, 'is': 'is null', 'finding': column ~ ' is empty', 'advice': 'never_null', 'blocks': true}
        ) -%}
    {%- endfor -%}
    {%- for column in table.present or [] -%}
        {%- do of_rows.append(
            {'column': column, 'is': 'is null', 'finding': column ~ ' is empty', 'advice': 'present', 'blocks': false}
        ) -%}
    {%- endfor -%}
    {%- for column, allowed in table.get('values', {}).items() -%}
        {%- do of_rows.append({
            'column': column, 'is': 'not in (' ~ listed(allowed) ~ ')', 'finding': column ~ ' is none of ' ~ allowed | join(', '),
            'advice': 'values', 'blocks': column not in warns
        }) -%}
    {%- endfor -%}
    {%- if of_rows -%}
        {%- do faults.append(faults_of_rows(table, begin, of_rows)) -%}
    {%- endif -%}
    {%- for column, place in (table.known or {}).items() -%}
        {%- set list = place.split('.')[0] -%}
        {%- do faults.append(fault(
            table, text(begin ~ column ~ ' names no row of ' ~ list), advice(table, 'known', list), false, name_of([column]),
            'from ' ~ of ~ ' as m where m.' ~ column ~ ' is not null and ' ~ asked_of(table, column),
            value=column, if_value=is_unknown(ref(list), place.split('.')[1] or column)
        )) -%}
    {%- endfor -%}
    {%- if table.landed -%}
        {%- do faults.append(fault(
            table, "named._path || ' cannot be read exactly'", advice(table, 'lost'), true, name,
            'from ' ~ each_path(of, '_lost') ~ ' as m where ' ~ asked_of(table, '_lost'), also=['_path']
        )) -%}
        {%- do faults.append(fault(
            table, unread_finding('named._path'), unread_advice('named._path'), false, name,
            'from ' ~ each_path(of, '_unread') ~ ' as m', also=['_path']
        )) -%}
    {%- endif -%}
    {{ return(faults) }}
{%- endmacro %}

{#- In one look at the table, which may be a view; DuckDB knows of a stored one whether a column has NULLs before it looks. -#}
{% macro faults_of_rows(table, begin, of_rows) -%}
    {%- set conditions, found, said, values = [], [], [], [] -%}
    {%- for one in of_rows -%}
        {%- set condition = 'm.' ~ one.column ~ ' ' ~ one.is ~ (' and (' ~ asked_of(table, one.column) ~ ')' if one.column in (table.only_where or {})) -%}
        {%- do conditions.append(condition) -%}
        {%- do found.append('case when ' ~ condition ~ ' then ' ~ loop.index ~ ' end') -%}
        {%- do said.append(
            '(' ~ loop.index ~ ', ' ~ text(begin ~ one.finding) ~ ', ' ~ advice(table, one.advice) ~ ', ' ~ one.blocks | lower ~ ')'
        ) -%}
        {%- if one.advice == 'values' -%}
            {%- do values.append('when ' ~ loop.index ~ ' then ' ~ name_of([one.column])) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set name = name_of(table.shown or table.key or []) -%}
    {%- set rows -%}
from (
        select m.*, {{ one_row_each('[\n            ' ~ found | join(',\n            ') ~ '\n        ]') }} as _fault
        from {{ table.of }} as m
        where
            {{ conditions | join('\n            or ') }}
    ) as m
    inner join (values
        {{ said | join(',\n        ') }}
    ) as said (fault, finding, what_to_do, blocks) on m._fault = said.fault
    {%- endset -%}
    {{ return(fault(
        table, 'named.finding', 'named.what_to_do', 'named.blocks',
        'case m._fault ' ~ values | join(' ') ~ ' else ' ~ name ~ ' end' if values else name,
        rows, also=['finding', 'what_to_do', 'blocks'], of='said'
    )) }}
{%- endmacro %}

{#- Each name once, of which five are kept however many there are. also: columns of `of` that findings are told apart by.
    key: of which more than one row is a fault. value: a column whose values are at fault if_value. -#}
{% macro fault(table, finding, what_to_do, blocks, name, rows, also=[], of='m', key=[], value=none, if_value=none) -%}
{%- set organization = 'cast(null as varchar)' if table.each_organization is sameas false else 'm.organization_id' -%}
select
    named.organization_id,
    {{ finding }} as finding,
    cast(sum(named.records) as bigint) as records,
    {{ lowest_listed('named.name', 5) }} as such_as,
    min(named.first_landed) as first_landed,
    max(named.last_landed) as last_landed,
    {{ what_to_do }} as what_to_do,
    {{ blocks | lower }} as blocks
from (
    select
        {{ organization }} as organization_id,
        {%- for column in also %}
        {{ of }}.{{ column }},
        {%- endfor %}
        {%- if value %}
        m.{{ value }} as value,
        {%- endif %}
        {{ name }} as name,
        count(*) as records,
        {%- for edge in ['min', 'max'] %}
        {% if not table.landed -%}
        cast(null as date)
        {%- elif 'partition_date' in key -%}
        m.partition_date
        {%- else -%}
        {{ edge }}(m.partition_date)
        {%- endif %} as {{ 'first_landed,' if loop.first else 'last_landed' }}
        {%- endfor %}
    {{ rows }}
    group by {{ 'm.' ~ key | join(', m.') ~ ' having count(*) > 1' if key else 'all' }}
) as named
{%- if value %}
where
    {{ if_value }}
{%- endif %}
group by named.organization_id{{ ', named.' if also }}{{ also | join(', named.') }}
{%- endmacro %}

{#- What people know a row by: its organization stands beside it. -#}
{% macro name_of(columns) -%}
    {%- set names = [] -%}
    {%- for column in columns if column != 'organization_id' or columns | length == 1 -%}
        {%- do names.append("coalesce(cast(m." ~ column ~ " as varchar), '(empty)')") -%}
    {%- endfor -%}
    {{ return(names | join(" || ' / ' || ") or 'cast(null as varchar)') }}
{%- endmacro %}

{% macro asked_of(table, what) -%}
    {{ return((table.only_where or {}).get(what, 'true')) }}
{%- endmacro %}

{#- A list of the organization that never landed is no evidence against the books. A seed is one list for all. -#}
{% macro is_unknown(list, field) -%}
    {%- set same = 'true' if list.schema == 'seeds' else 't.organization_id = named.organization_id' -%}
    not exists (select 1 from {{ list }} as t where {{ same }} and t.{{ field }} = named.value)
    {%- if list.schema != 'seeds' %}
    and exists (select 1 from {{ list }} as t where {{ same }})
    {%- endif %}
{%- endmacro %}

{% macro each_path(relation, column) -%}
(
            select s.*, {{ one_row_each_listed('s.' ~ column) }} as _path from {{ relation }} as s where s.{{ column }} is not null
        )
{%- endmacro %}

{% macro unread_finding(path) -%}
case
                when {{ path }} = '{{ damaged_text() }}' or {{ path }} like 'came more than once%' then {{ path }}
                else {{ path }} || ' cannot be read'
            end
{%- endmacro %}

{% macro unread_advice(path) -%}
case
                when {{ path }} = '{{ damaged_text() }}'
                    then 'Half a character, a control character or bytes that are no UTF-8; each is a blank or U+FFFD in the warehouse, and a '
                        || 'ledger line stands in ledger_rejects. Type the text anew in Finago Office and land the day again.'
                when {{ path }} = 'came more than once' then 'The copies are the same; one row stands. Nothing needs to be done.'
                when {{ path }} like 'came more than once%'
                    then 'The copies differ; the last one stands. Look the record up in Finago Office and land the list again.'
                else 'The field cannot be read and is empty in the warehouse; correct it in Finago Office and land the day again.'
            end
{%- endmacro %}

{% macro advice(table, what, list='') -%}
    {%- set said = {
        'key': 'A record stands here more than once, and figures would count it twice. Land its days or its list again; if it '
            ~ 'comes back, look it up in Finago Office.',
        'key that warns': 'No figure counts it twice. Look it up in Finago Office and land it again once it is corrected.',
        'lost': 'It decides an amount, a key or a day. Correct it in Finago Office and land the day again; until then nothing is published.',
        'present': 'Every such record should have it. Fill it in in Finago Office and land it again.',
        'known': 'Land ' ~ list.removeprefix('stg_') ~ ' again. What is still missing then is no longer in Finago Office; the rows '
            ~ 'stand without what it said of them.'
    } -%}
    {%- if table.of.schema == 'seeds' -%}
        {{ return(text('Correct seeds/' ~ table.of.identifier ~ '.csv and build again.')) }}
    {%- elif table.of.schema == 'staging' and what in said -%}
        {{ return(text(said[what])) }}
    {%- elif what == 'present' -%}
        {{ return(text('The landed records do not tell it; the checks beside this one and those of staging say which and why.')) }}
    {%- endif -%}
    {{ return(text('The warehouse itself is at fault and nothing is published. Run the job rebuild; if that does not help, report it with this row.')) }}
{%- endmacro %}

{% macro text(words) -%}
    {{ return("'" ~ words | replace("'", "''") ~ "'") }}
{%- endmacro %}

{% macro listed(allowed) -%}
    {%- set found = [] -%}
    {%- for one in allowed -%}
        {%- do found.append(text(one) if one is string else one | string) -%}
    {%- endfor -%}
    {{ return(found | join(', ')) }}
{%- endmacro %}
