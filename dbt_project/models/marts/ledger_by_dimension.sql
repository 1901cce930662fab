with tagged as (
    select
        days.organization_id,
        cast(date_trunc('month', days.partition_date) as date) as period,
        days.account_number,
        days.dimension_type,
        days.dimension_value,
        max_by(days.dimension_name, days.partition_date) as dimension_name,
        {{ told_sum('days.debit') | indent(8) }} as debit,
        {{ told_sum('days.credit') | indent(8) }} as credit,
        {{ told_sum('days.change') | indent(8) }} as change,
        sum(days.lines) as lines
    from {{ ref('int_dimension_days') }} as days
    group by all
),

totals as (
    select
        days.organization_id,
        cast(date_trunc('month', days.posting_date) as date) as period,
        days.account_number,
        {{ told_sum('days.debit') | indent(8) }} as debit,
        {{ told_sum('days.credit') | indent(8) }} as credit,
        {{ told_sum('days.change') | indent(8) }} as change,
        sum(days.lines) as lines
    from {{ ref('int_account_days') }} as days
    group by all
),

types as (
    select distinct
        tagged.organization_id,
        tagged.dimension_type
    from tagged
),

untagged as (
    select
        totals.organization_id,
        totals.period,
        totals.account_number,
        types.dimension_type,
        '(none)' as dimension_value,
        cast(null as varchar) as dimension_name,
        any_value(totals.debit) - coalesce(sum(tagged.debit), 0) as debit,
        any_value(totals.credit) - coalesce(sum(tagged.credit), 0) as credit,
        any_value(totals.change) - coalesce(sum(tagged.change), 0) as change
    from totals
    inner join types on totals.organization_id = types.organization_id
    left join tagged
        on
            totals.organization_id = tagged.organization_id
            and totals.period = tagged.period
            and totals.account_number = tagged.account_number
            and types.dimension_type = tagged.dimension_type
    group by totals.organization_id, totals.period, totals.account_number, types.dimension_type
    having any_value(totals.lines) > coalesce(sum(tagged.lines), 0)
),

-- a value that is spelled (none) itself stands with the lines that have none
figures as (
    select
        parts.organization_id,
        parts.period,
        parts.account_number,
        parts.dimension_type,
        parts.dimension_value,
        max(parts.dimension_name) as dimension_name,
        {{ told_sum('parts.debit') | indent(8) }} as debit,
        {{ told_sum('parts.credit') | indent(8) }} as credit,
        {{ told_sum('parts.change') | indent(8) }} as change
    from (
        select tagged.* exclude (lines)
        from tagged
        union all
        select untagged.*
        from untagged
    ) as parts
    group by all
)

select
    figures.organization_id,
    figures.period,
    figures.account_number,
    figures.dimension_type,
    figures.dimension_value,
    coalesce(figures.dimension_name, names.dimension_name) as dimension_name,
    try_cast(figures.debit as decimal(18, 2)) as debit,
    try_cast(figures.credit as decimal(18, 2)) as credit,
    try_cast(figures.change as decimal(18, 2)) as change,
    accounts.account_name
from figures
left join {{ ref('int_accounts') }} as accounts
    on figures.organization_id = accounts.organization_id and figures.account_number = accounts.account_number
left join {{ ref('int_dimension_names') }} as names
    on
        figures.organization_id = names.organization_id
        and figures.dimension_type = names.dimension_type
        and figures.dimension_value = names.dimension_value
