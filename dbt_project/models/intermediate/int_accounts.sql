with accounts as (
    select
        chart.organization_id,
        chart.account_number
    from {{ ref('stg_accounts') }} as chart
    where chart.account_number is not null
    union
    select
        days.organization_id,
        days.account_number
    from {{ ref('int_account_days') }} as days
    union
    select
        reported.organization_id,
        reported.account_number
    from {{ ref('int_reported_balances') }} as reported
),

classified as (
    select
        accounts.organization_id,
        accounts.account_number,
        classes.account_class,
        classes.statement
    from accounts
    left join {{ ref('account_classes') }} as classes
        on
            starts_with(cast(accounts.account_number as varchar), classes.first_digits)
            and coalesce(nullif(classes.organization_id, ''), accounts.organization_id) = accounts.organization_id
    qualify row_number() over (
        partition by accounts.organization_id, accounts.account_number
        order by nullif(classes.organization_id, '') is null asc, length(classes.first_digits) desc
    ) = 1
),

-- a number that the chart has twice is one account with one name
names as (
    select
        chart.organization_id,
        chart.account_number,
        max(chart.account_name) as account_name
    from {{ ref('stg_accounts') }} as chart
    group by chart.organization_id, chart.account_number
),

grouped as (
    select
        accounts.organization_id,
        accounts.account_number,
        groups.class_name,
        groups.group_name,
        groups.statement_line,
        groups.line_number
    from accounts
    inner join {{ ref('account_groups') }} as groups
        on
            starts_with(cast(accounts.account_number as varchar), groups.first_digits)
            and coalesce(nullif(groups.organization_id, ''), accounts.organization_id) = accounts.organization_id
    qualify row_number() over (
        partition by accounts.organization_id, accounts.account_number
        order by nullif(groups.organization_id, '') is null asc, length(groups.first_digits) desc
    ) = 1
)

select
    classified.organization_id,
    classified.account_number,
    classified.account_class,
    classified.statement,
    coalesce(classified.statement in ('profit_and_loss', 'appropriation'), false) as restarts_yearly,
    names.account_name,
    grouped.class_name,
    grouped.group_name,
    grouped.statement_line,
    grouped.line_number
from classified
left join names
    on classified.organization_id = names.organization_id and classified.account_number = names.account_number
left join grouped
    on classified.organization_id = grouped.organization_id and classified.account_number = grouped.account_number
