-- A dbt model that makes a journal: what was paid in advance becomes cost, a twelfth in each month.
-- Copy it to own_dbt/models/accruals.sql and change the three numbers; docs/posting.md says how it is posted.
{{ config(materialized='table') }}

{% set prepaid_account = 1700 %}
{% set cost_account = 6300 %}
{% set voucher_type = 9 %}

with prepaid as (
    select
        line_id,
        posting_date,
        -- in øre, so that twelve parts add up to the whole
        cast(amount * 100 as bigint) as ore
    from {{ ref('general_ledger') }}
    where account_number = {{ prepaid_account }} and amount > 0
),

months as (
    select
        *,
        unnest(range(12)) as month
    from prepaid
),

parts as (
    select
        line_id,
        last_day(cast(date_trunc('month', posting_date) + to_months(cast(month as integer)) as date)) as date,
        cast(cast(ore * (month + 1) // 12 - ore * month // 12 as decimal(18, 0)) * 0.01 as decimal(18, 2)) as part
    from months
),

ended as (
    -- a name that is the same each time: what was posted is known by it, and is not posted again
    select
        'ACC-' || left(line_id, 8) || '-' || strftime(date, '%Y-%m') as voucher,
        date,
        part
    from parts
    where date < current_date and part <> 0
)

select
    voucher,
    {{ voucher_type }} as transaction_type_number,
    date,
    {{ cost_account }} as account_number,
    part as amount,
    '0' as tax_number,
    'Accrual' as comment
from ended
union all
select
    voucher,
    {{ voucher_type }},
    date,
    {{ prepaid_account }},
    -part,
    '0',
    'Accrual'
from ended
order by voucher, amount desc
