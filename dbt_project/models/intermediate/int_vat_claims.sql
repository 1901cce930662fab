{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    on_schema_change='sync_all_columns',
    pre_hook="{{ choose_partitions(of=ref('int_vat_partitions')) }}",
) }}

-- Whose VAT an account's movement in a voucher is: the code on the VAT line itself; else the voucher's codes that the
-- seed lets post there, or whose standard code nobody knows; else the account's only code, where it has one. A chart may
-- have one account for all rates: what the seed's codes do not explain there is shared with the voucher's other codes of
-- the same direction, as long as no account of their own moved.
with moved as (
    select
        lines.organization_id,
        lines.partition_date,
        lines._digest,
        lines.voucher_id,
        lines.period,
        lines.account_number,
        lines.account_direction,
        case when lines.tax_rate > 0 then lines.tax_id end as tax_id,
        case when lines.tax_id is not null and lines.tax_rate > 0 then lines.tax_rate end as tax_rate,
        any_value(lines.tax_number) as tax_number,
        any_value(lines.standard_tax_code) as standard_tax_code,
        any_value(lines.side) as side,
        max(lines.vat_date) as vat_date,
        try_cast({{ told_sum('lines.amount') | indent(8) }} as decimal(18, 2)) as moved_amount,
        max(lines.created_at) as last_created_at
    from {{ ref('int_vat_lines') }} as lines
    where lines.is_vat and {{ in_chosen_partitions('lines') }}
    group by all
),

seeded as (
    select
        moved.organization_id,
        moved.partition_date,
        moved.voucher_id,
        moved.period,
        moved.account_number,
        coalesce(accounts.direction, moved.account_direction) as direction,
        bases.tax_id,
        bases.tax_rate,
        bases.tax_number,
        bases.standard_tax_code,
        bases.side,
        accounts.account_number is not null as is_seeded,
        -- what base times rate comes to, with its VAT beside it or in it
        {{ vat_on('bases.coded_amount', 'bases.tax_rate') }} as vat_if_net,
        {{ vat_in('bases.coded_amount', 'bases.tax_rate') }} as vat_if_gross,
        bases.rounding_allowed,
        bases.direction as way,
        moved.account_direction,
        moved.moved_amount
    from moved
    inner join {{ ref('int_vat_bases') }} as bases
        on
            moved.organization_id = bases.organization_id
            and moved.partition_date = bases.partition_date
            and moved.voucher_id = bases.voucher_id
            and moved.period = bases.period
    left join {{ ref('int_vat_accounts') }} as accounts
        on
            moved.organization_id = accounts.organization_id
            and moved.account_number = accounts.account_number
            and bases.standard_tax_code = accounts.standard_tax_code
            and moved.vat_date >= accounts.valid_from
            and moved.vat_date < accounts.valid_until
    where moved.tax_id is null
),

explained as (
    select
        seeded.*,
        bool_or(seeded.is_seeded) over one_code as has_an_account,
        sum(case when seeded.is_seeded then seeded.vat_if_net end) over one_account as seeded_net,
        sum(case when seeded.is_seeded then seeded.vat_if_gross end) over one_account as seeded_gross,
        sum(case when seeded.is_seeded then seeded.rounding_allowed end) over one_account as seeded_rounding
    from seeded
    window
        one_code as (
            partition by
                seeded.organization_id, seeded.partition_date, seeded.voucher_id, seeded.period, seeded.tax_id, seeded.tax_rate
        ),
        one_account as (
            partition by
                seeded.organization_id, seeded.partition_date, seeded.voucher_id, seeded.period, seeded.account_number
        )
),

by_voucher as (
    select explained.*
    from explained
    where
        explained.is_seeded
        or (explained.standard_tax_code is null and explained.tax_rate > 0)
        or (
            explained.way = explained.account_direction
            and explained.tax_rate > 0
            and not explained.has_an_account
            and not coalesce(abs(abs(explained.seeded_net) - abs(explained.moved_amount)) <= explained.seeded_rounding, false)
            and not coalesce(abs(abs(explained.seeded_gross) - abs(explained.moved_amount)) <= explained.seeded_rounding, false)
        )
),

only_codes as (
    select
        accounts.organization_id,
        accounts.account_number,
        any_value(accounts.standard_tax_code) as standard_tax_code
    from {{ ref('int_vat_accounts') }} as accounts
    group by accounts.organization_id, accounts.account_number
    having count(distinct accounts.standard_tax_code) = 1
),

only_numbers as (
    select
        codes.organization_id,
        codes.standard_tax_code,
        any_value(codes.side) as side,
        case when count(*) = 1 then any_value(codes.tax_id) end as tax_id,
        case when count(*) = 1 then any_value(codes.tax_rate) end as tax_rate,
        case when count(*) = 1 then any_value(codes.tax_number) end as tax_number
    from {{ ref('int_tax_codes') }} as codes
    where codes.standard_tax_code is not null
    group by codes.organization_id, codes.standard_tax_code
)

select
    moved.organization_id,
    moved.partition_date,
    moved._digest,
    moved.voucher_id,
    moved.period,
    moved.account_number,
    coalesce(by_voucher.direction, moved.account_direction) as direction,
    moved.moved_amount,
    moved.last_created_at,
    case
        when moved.tax_id is not null then 'line'
        when by_voucher.voucher_id is not null then 'voucher'
        when only_codes.account_number is not null then 'account'
        else 'nobody'
    end as claimed_by,
    count(*) over (
        partition by
            moved.organization_id,
            moved.partition_date,
            moved.voucher_id,
            moved.period,
            moved.account_number,
            moved.tax_id,
            moved.tax_rate
    ) as claims,
    case claimed_by when 'line' then moved.tax_id when 'voucher' then by_voucher.tax_id else only_numbers.tax_id end as tax_id,
    case claimed_by
        when 'line' then moved.tax_rate when 'voucher' then by_voucher.tax_rate else only_numbers.tax_rate
    end as tax_rate,
    case claimed_by
        when 'line' then moved.tax_number when 'voucher' then by_voucher.tax_number else only_numbers.tax_number
    end as tax_number,
    case claimed_by
        when 'line' then moved.standard_tax_code
        when 'voucher' then by_voucher.standard_tax_code
        else only_codes.standard_tax_code
    end as standard_tax_code,
    case claimed_by when 'line' then moved.side when 'voucher' then by_voucher.side else only_numbers.side end as side
from moved
left join by_voucher
    on
        moved.organization_id = by_voucher.organization_id
        and moved.partition_date = by_voucher.partition_date
        and moved.voucher_id = by_voucher.voucher_id
        and moved.period = by_voucher.period
        and moved.account_number = by_voucher.account_number
        and moved.tax_id is null
left join only_codes
    on moved.organization_id = only_codes.organization_id and moved.account_number = only_codes.account_number
left join only_numbers
    on
        moved.organization_id = only_numbers.organization_id
        and only_codes.standard_tax_code = only_numbers.standard_tax_code
