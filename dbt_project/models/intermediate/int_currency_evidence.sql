{{ config(materialized='ephemeral') }}

-- What tells an amount in the books' own currency from one in the line's: an account's month against the ERP's balance,
-- and a voucher that mixes rates, which can sum to zero in one reading only. An invoice tells what a rate is per. Several
-- currencies in one case speak once all but one are understood from cases of their own.
with lines as (
    select
        foreign_lines.*,
        case when foreign_lines.is_foreign then foreign_lines.currency_code end as foreign_code
    from {{ ref('int_foreign_lines') }} as foreign_lines
),

account_months as (
    select
        sums.organization_id,
        sums.account_number,
        cast(date_trunc('month', sums.posting_date) as date) as period,
        sum(sums.amount) as amount
    from {{ ref('int_typed_sums') }} as sums
    group by sums.organization_id, sums.account_number, date_trunc('month', sums.posting_date)
    having sum(sums.foreign_lines) > 0
),

compared_months as (
    select
        account_months.*,
        reported.change as target
    from account_months
    inner join {{ ref('int_tie_out_months') }} as months
        on
            account_months.organization_id = months.organization_id
            and account_months.period = months.period
            and months.is_judged
    inner join {{ ref('int_reported_balances') }} as reported
        on
            account_months.organization_id = reported.organization_id
            and account_months.period = reported.period
            and account_months.account_number = reported.account_number
),

-- what the foreign lines of an account's month are instead, each way
foreign_months as (
    select
        lines.organization_id,
        lines.account_number,
        lines.period,
        count(*) as foreign_lines,
        count(distinct lines.currency_code) as currencies,
        max(lines.currency_code) as currency_code,
        sum(lines.amount) as amount,
        {{ told_sum('lines.at_1') | indent(8) }} as at_1,
        {{ told_sum('lines.at_100') | indent(8) }} as at_100
    from lines
    where lines.is_foreign
    group by lines.organization_id, lines.account_number, lines.period
),

read_each_way as (
    select
        compared_months.organization_id,
        'account month' as kind,
        compared_months.target,
        foreign_months.foreign_lines,
        foreign_months.currencies,
        foreign_months.currency_code,
        compared_months.amount as as_base,
        compared_months.amount - foreign_months.amount + foreign_months.at_1 as per_1,
        compared_months.amount - foreign_months.amount + foreign_months.at_100 as per_100
    from compared_months
    inner join foreign_months
        on
            compared_months.organization_id = foreign_months.organization_id
            and compared_months.account_number = foreign_months.account_number
            and compared_months.period = foreign_months.period
    union all
    select
        lines.organization_id,
        'voucher' as kind,
        0 as target,
        count(lines.foreign_code) as foreign_lines,
        count(distinct lines.foreign_code) as currencies,
        max(lines.foreign_code) as currency_code,
        sum(lines.amount) as as_base,
        sum(lines.at_1) as per_1,
        sum(lines.at_100) as per_100
    from lines
    where lines.voucher_id is not null
    group by lines.organization_id, lines.voucher_id, lines.posting_date
    having count(distinct case when lines.is_foreign then lines.currency_rate else 1 end) > 1
),

-- each converted line may be half an øre off
fitted as (
    select
        read_each_way.organization_id,
        read_each_way.kind,
        read_each_way.currency_code,
        {{ fits('read_each_way') | indent(8) }}
    from read_each_way
    where read_each_way.currencies = 1
),

-- what one currency's own cases say that its rate is per
understood as (
    select
        fitted.organization_id,
        fitted.currency_code,
        any_value(case when fitted.fits_per_1 then 1 else 100 end) as rate_per
    from fitted
    where not fitted.fits_base and fitted.fits_per_1 <> fitted.fits_per_100
    group by fitted.organization_id, fitted.currency_code
    having count(distinct fitted.fits_per_1) = 1
),

-- with several currencies and one of them not understood, the others are taken at what they are per
lines_of_several as (
    select
        lines.*,
        understood.rate_per is null and lines.is_foreign as is_open,
        case
            when understood.rate_per = 1 then lines.at_1
            when understood.rate_per = 100 then lines.at_100
            when not lines.is_foreign then lines.amount
        end as at_known
    from lines
    left join understood
        on lines.organization_id = understood.organization_id and lines.foreign_code = understood.currency_code
),

several_each_way as (
    select
        several.organization_id,
        'account month' as kind,
        compared_months.target,
        several.foreign_lines,
        several.currency_code,
        compared_months.amount as as_base,
        compared_months.amount - several.amount + several.known + several.at_1 as per_1,
        compared_months.amount - several.amount + several.known + several.at_100 as per_100
    from compared_months
    inner join (
        select
            lines.organization_id,
            lines.account_number,
            lines.period,
            {{ one_open_currency('lines') | indent(12) }}
        from lines_of_several as lines
        where lines.is_foreign
        group by lines.organization_id, lines.account_number, lines.period
        having count(distinct lines.currency_code) > 1 and count(distinct lines.currency_code) filter (where lines.is_open) = 1
    ) as several
        on
            compared_months.organization_id = several.organization_id
            and compared_months.account_number = several.account_number
            and compared_months.period = several.period
    union all
    select
        vouchers.organization_id,
        'voucher' as kind,
        0 as target,
        vouchers.foreign_lines,
        vouchers.currency_code,
        vouchers.amount as as_base,
        vouchers.known + vouchers.at_1 as per_1,
        vouchers.known + vouchers.at_100 as per_100
    from (
        select
            lines.organization_id,
            {{ one_open_currency('lines') | indent(12) }}
        from lines_of_several as lines
        where lines.voucher_id is not null
        group by lines.organization_id, lines.voucher_id, lines.posting_date
        having
            count(distinct lines.foreign_code) > 1
            and count(distinct lines.currency_code) filter (where lines.is_open) = 1
    ) as vouchers
),

all_fitted as (
    select fitted.*
    from fitted
    union all
    select
        several_each_way.organization_id,
        several_each_way.kind,
        several_each_way.currency_code,
        {{ fits('several_each_way') | indent(8) }}
    from several_each_way
),

invoices as (
    select
        orders.organization_id,
        orders.currency_code,
        bool_or(
            abs(lines.amount) = round({{ at_rate('abs(orders.gross_amount)', 'orders.currency_rate', 1) }}, 2)
        ) as fits_per_1,
        bool_or(
            abs(lines.amount) = round({{ at_rate('abs(orders.gross_amount)', 'orders.currency_rate', 100) }}, 2)
        ) as fits_per_100
    from {{ ref('int_invoiced_orders') }} as orders
    inner join lines on orders.organization_id = lines.organization_id and orders.voucher_id = lines.voucher_id
    where lines.is_foreign and orders.currency_code = lines.currency_code and orders.currency_rate = lines.currency_rate
    group by orders.organization_id, orders.currency_code, orders.order_id
)

select
    all_fitted.organization_id,
    all_fitted.currency_code,
    all_fitted.kind,
    case when all_fitted.fits_base then 'base' else 'foreign' end as speaks_for,
    case
        when all_fitted.fits_base or all_fitted.fits_per_1 = all_fitted.fits_per_100 then null
        when all_fitted.fits_per_1 then 1
        else 100
    end as rate_per,
    count(*) as cases
from all_fitted
where all_fitted.fits_base <> (all_fitted.fits_per_1 or all_fitted.fits_per_100)
group by all
union all
select
    invoices.organization_id,
    invoices.currency_code,
    'invoice' as kind,
    null as speaks_for,
    case when invoices.fits_per_1 then 1 else 100 end as rate_per,
    count(*) as cases
from invoices
where invoices.fits_per_1 <> invoices.fits_per_100
group by all
