{#- For a post-hook: a record whose day moved lies in two landed days until its old day lands again. The copy fetched last
    stands; every other one gets _moved_to, the day on which the record lies now. The old day's _digest says so, so that what
    was made of it is made again, and a day without stale copies has its own digest back. Copies of one fetch are no move:
    which of them is right nobody knows, and the tests of keys block. `also`: what else is set on a stale copy. -#}
{% macro mark_moved(key, also='') -%}
    {{ return(adapter.dispatch('mark_moved', 'finago')(key, also)) }}
{%- endmacro %}

{% macro duckdb__mark_moved(key, also) -%}
    {%- set kept -%}
        select distinct t.organization_id, t.{{ key }} as key, t.partition_date from {{ this }} as t where t.{{ key }} is not null
    {%- endset -%}
    {%- if execute and may_have_moved(key) -%}
    create or replace temp table moved as
    select copies.organization_id, copies.key, copies.partition_date, copies.moved_to
    from (
        select
            kept.*,
            landed.fetched_at,
            max(landed.fetched_at) over copies as newest,
            first_value(kept.partition_date) over (copies order by landed.fetched_at desc, kept.partition_date desc) as moved_to
        from ({{ kept }}) as kept
        inner join ({{ landed_partitions(endpoint_of(model)) }}) as landed
            on kept.organization_id = landed.organization_id and kept.partition_date = landed.partition_date
        window copies as (partition by kept.organization_id, kept.key)
    ) as copies
    where copies.fetched_at < copies.newest;
    update {{ this }} as held
    set _moved_to = moved.moved_to{{ also }}
    from moved
    where held.organization_id = moved.organization_id and held.partition_date = moved.partition_date and held.{{ key }} = moved.key;
    update {{ this }} as held
    set _digest = held._digest || '/' || days.suffix
    from (
        select moved.organization_id, moved.partition_date, md5(string_agg(moved.key, '|' order by moved.key))[:8] as suffix
        from moved
        group by moved.organization_id, moved.partition_date
    ) as days
    where held.organization_id = days.organization_id and held.partition_date = days.partition_date;
    {%- endif -%}
{%- endmacro %}

{#- Whether a hash of a key stands on two days. Where none does no key does; a hash that two keys share costs the longer look above. -#}
{% macro may_have_moved(key) -%}
    {%- set found -%}
        select exists (
            select 1
            from {{ this }} as t
            where t.{{ key }} is not null
            group by hash(t.organization_id, t.{{ key }})
            having min(t.partition_date) <> max(t.partition_date)
        )
    {%- endset -%}
    {{ return(run_query(found).rows[0][0]) }}
{%- endmacro %}

{#- What mark_moved sets on the stale copy of a ledger line, so that it stands among the rejects instead of in the ledger. -#}
{% macro moved_line() -%}
    {{ return(adapter.dispatch('moved_line', 'finago')()) }}
{%- endmacro %}

{% macro duckdb__moved_line() -%}
, booked_amount = null,
    reject_reason = 'the line lies on ' || moved.moved_to || ' now; land ' || moved.partition_date || ' again',
    payload = to_json({id: held.line_id, date: held.posting_date, amount: held.amount})
{%- endmacro %}
