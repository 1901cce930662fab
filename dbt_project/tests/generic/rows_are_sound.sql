{#- What a model vouches for, looked through in one query. Each condition is declared in the model's own YAML.

    These withhold the books when they are broken, because figures rest on them:
    key: columns of which no two rows have the same values; never_null: columns that are never empty;
    values: the values that a column has where it is not empty; landed: a staging table whose records lost nothing (_lost).
    These are only named, because the books or the server are at fault:
    present: columns that every record should fill; known: `table` or `table.column` where the row stands that a column names;
    and of a landed table what is odd about a record and decides nothing (_unread).

    warns: `key` or columns with values that are only named all the same. only_where: the rows that `key`, `_lost` or a column is asked
    of, if not all. shown: the columns that people know a row by, if not the key. each_organization: false for one table for all. -#}
{% test rows_are_sound(
    model, key=[], never_null=[], values={}, present=[], known={}, landed=false, warns=[], only_where={}, shown=[], each_organization=true
) %}
{{ config(
    store_failures=true, schema='audit',
    fail_calc='cast(coalesce(sum(records), 0) as bigint)', warn_if='!= 0', error_if='!= 0 and bool_or(blocks)'
) }}

{{ unsound_rows([{
    'of': model, 'key': key, 'never_null': never_null, 'values': values, 'present': present, 'known': known, 'landed': landed,
    'warns': warns, 'only_where': only_where, 'shown': shown, 'each_organization': each_organization
}]) }}
{% endtest %}
