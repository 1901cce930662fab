{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_vat_read_partitions')) }}",
) }}

with expected as (
    select
        claims.organization_id,
        claims.partition_date,
        claims.voucher_id,
        claims.period,
        claims.account_number,
        claims.direction,
        claims.moved_amount,
        claims.last_created_at,
        claims.claimed_by,
        claims.claims,
        claims.tax_id,
        claims.tax_rate,
        claims.tax_number,
        claims.standard_tax_code,
        claims.side,
        vouchers.rounding_allowed,
        vouchers.expected_tax * case
            -- a code nobody mapped: which way its VAT goes is read off the account
            when claims.standard_tax_code is null then sign(claims.moved_amount) * sign(vouchers.expected_tax)
            when claims.side = 'purchase' and claims.direction = 'output' then -1
            else 1
        end as expected_tax
    from {{ ref('int_vat_claims') }} as claims
    left join {{ ref('int_vat_vouchers') }} as vouchers
        on
            claims.organization_id = vouchers.organization_id
            and claims.partition_date = vouchers.partition_date
            and claims.voucher_id = vouchers.voucher_id
            and claims.period = vouchers.period
            and claims.tax_id = vouchers.tax_id
            and claims.tax_rate is not distinct from vouchers.tax_rate
            and claims.claims > 1
    where {{ in_chosen_partitions('claims') }}
),

-- the codes that share an account within a voucher, and what of its movement base times rate does not explain
shared as (
    select
        expected.*,
        expected.moved_amount - sum(coalesce(expected.expected_tax, 0)) over same_account as unexplained,
        sum(coalesce(expected.rounding_allowed, 0)) over same_account as rounding_of_account,
        row_number() over (
            partition by
                expected.organization_id,
                expected.partition_date,
                expected.voucher_id,
                expected.period,
                expected.account_number,
                expected.claimed_by
            order by abs(expected.expected_tax) desc nulls last, expected.tax_id asc, expected.direction asc
        ) as code_rank
    from expected
    where expected.claims > 1
    window same_account as (
        partition by
            expected.organization_id,
            expected.partition_date,
            expected.voucher_id,
            expected.period,
            expected.account_number,
            expected.claimed_by
    )
),

-- neither way was posted, because the two come to nothing: the return wants both
unposted as (
    select
        vouchers.*,
        ways.way
    from {{ ref('int_vat_vouchers') }} as vouchers
    cross join (values ('output'), ('deductible')) as ways (way)
    where
        vouchers.direction = 'both'
        and (vouchers.expected_tax <> 0 or (vouchers.coded_amount is null and vouchers.tax_rate > 0))
        and {{ in_chosen_partitions('vouchers') }}
        and not exists (
            select 1 from {{ ref('int_vat_claims') }} as claims
            where
                claims.organization_id = vouchers.organization_id
                and claims.partition_date = vouchers.partition_date
                and claims.voucher_id = vouchers.voucher_id
                and claims.period = vouchers.period
                and claims.tax_id = vouchers.tax_id
        )
),

amounts as (
    select
        alone.organization_id,
        alone.partition_date,
        alone.voucher_id,
        alone.period,
        alone.account_number,
        alone.direction,
        alone.claimed_by,
        alone.tax_id,
        alone.tax_rate,
        alone.tax_number,
        alone.standard_tax_code,
        alone.moved_amount as tax_amount,
        alone.last_created_at
    from expected as alone
    where alone.claims = 1
    union all
    select
        shared.organization_id,
        shared.partition_date,
        shared.voucher_id,
        shared.period,
        shared.account_number,
        shared.direction,
        shared.claimed_by,
        shared.tax_id,
        shared.tax_rate,
        shared.tax_number,
        shared.standard_tax_code,
        -- nothing of it where the movement cannot be told
        shared.moved_amount * 0 + coalesce(shared.expected_tax, 0)
        + case when shared.code_rank = 1 and abs(shared.unexplained) <= shared.rounding_of_account then shared.unexplained else 0 end as tax_amount,
        shared.last_created_at
    from shared
    union all
    select
        shared.organization_id,
        shared.partition_date,
        shared.voucher_id,
        shared.period,
        shared.account_number,
        shared.direction,
        'nobody' as claimed_by,
        null as tax_id,
        null as tax_rate,
        null as tax_number,
        null as standard_tax_code,
        shared.unexplained as tax_amount,
        shared.last_created_at
    from shared
    where shared.code_rank = 1 and abs(shared.unexplained) > shared.rounding_of_account
    union all
    select
        unposted.organization_id,
        unposted.partition_date,
        unposted.voucher_id,
        unposted.period,
        null as account_number,
        unposted.way as direction,
        'law' as claimed_by,
        unposted.tax_id,
        unposted.tax_rate,
        unposted.tax_number,
        unposted.standard_tax_code,
        case unposted.way when 'output' then -unposted.expected_tax else unposted.expected_tax end as tax_amount,
        unposted.last_created_at
    from unposted
)

select
    amounts.*,
    partitions._digest
from amounts
inner join {{ ref('int_vat_read_partitions') }} as partitions
    on amounts.organization_id = partitions.organization_id and amounts.partition_date = partitions.partition_date
