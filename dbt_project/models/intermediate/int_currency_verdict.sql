with organizations as (
    select distinct lines.organization_id
    from {{ ref('stg_transactionlines') }} as lines
),

claims as (
    select
        evidence.organization_id,
        evidence.kind || ' for ' || evidence.speaks_for as claim,
        evidence.cases
    from {{ ref('int_currency_evidence') }} as evidence
    where evidence.speaks_for is not null
),

spoken as (
    select
        claims.organization_id,
        coalesce(sum(claims.cases) filter (where claims.claim = 'account month for base'), 0) as account_months_for_base,
        coalesce(sum(claims.cases) filter (where claims.claim = 'account month for foreign'), 0) as account_months_for_foreign,
        coalesce(sum(claims.cases) filter (where claims.claim = 'voucher for base'), 0) as vouchers_for_base,
        coalesce(sum(claims.cases) filter (where claims.claim = 'voucher for foreign'), 0) as vouchers_for_foreign
    from claims
    group by claims.organization_id
),

judged as (
    select
        spoken.*,
        case
            when spoken.account_months_for_base > 0 and spoken.account_months_for_foreign > 0 then 'undetermined'
            when spoken.account_months_for_base > 0 then 'base'
            when spoken.account_months_for_foreign > 0 then 'foreign'
            when spoken.vouchers_for_base > 0 and spoken.vouchers_for_foreign > 0 then 'undetermined'
            when spoken.vouchers_for_base > 0 then 'base'
            when spoken.vouchers_for_foreign > 0 then 'foreign'
            else 'undetermined'
        end as verdict
    from spoken
),

-- what somebody knows of a currency; an organization's own row goes before the one for all
known as (
    select
        organizations.organization_id,
        seed.currency_code,
        seed.amounts_in,
        seed.rate_per
    from organizations
    inner join {{ ref('foreign_amounts') }} as seed on {{ holds_for('seed', 'organizations') }}
    qualify row_number() over (
        partition by organizations.organization_id, seed.currency_code
        order by seed.organization_id asc nulls last, seed.amounts_in asc, seed.rate_per asc
    ) = 1
),

-- one unit for each currency, or none where the evidence disagrees
units as (
    select
        evidence.organization_id,
        evidence.currency_code,
        any_value(evidence.rate_per) as rate_per
    from {{ ref('int_currency_evidence') }} as evidence
    inner join judged on evidence.organization_id = judged.organization_id
    where
        evidence.rate_per is not null
        and case judged.verdict when 'base' then evidence.kind = 'invoice' else evidence.speaks_for = judged.verdict end
    group by evidence.organization_id, evidence.currency_code
    having count(distinct evidence.rate_per) = 1
),

currencies as (
    select
        coalesce(known.organization_id, units.organization_id) as organization_id,
        coalesce(known.currency_code, units.currency_code) as currency_code,
        coalesce(known.rate_per, units.rate_per) as rate_per,
        known.amounts_in
    from known
    full join units on known.organization_id = units.organization_id and known.currency_code = units.currency_code
),

listed as (
    select
        currencies.organization_id,
        {{ map_of('currencies.currency_code', 'currencies.rate_per') }} as rate_units,
        {{ map_of('currencies.currency_code', 'currencies.amounts_in') }} as amounts_in
    from currencies
    group by currencies.organization_id
),

with_foreign_lines as (
    select distinct lines.organization_id
    from {{ ref('int_foreign_lines') }} as lines
    where lines.is_foreign
)

select
    organizations.organization_id,
    organization.currency_code as base_currency,
    coalesce(judged.verdict, 'undetermined') as verdict,
    coalesce(judged.account_months_for_base, 0) as account_months_for_base,
    coalesce(judged.account_months_for_foreign, 0) as account_months_for_foreign,
    coalesce(judged.vouchers_for_base, 0) as vouchers_for_base,
    coalesce(judged.vouchers_for_foreign, 0) as vouchers_for_foreign,
    listed.rate_units,
    listed.amounts_in,
    -- sums of a day follow the amounts, so a day whose amounts read differently is a changed day
    case
        when judged.verdict = 'foreign' or listed.amounts_in is not null
            then '/' || md5(concat_ws(
                ',', organization.currency_code, judged.verdict, cast(listed.rate_units as varchar), cast(listed.amounts_in as varchar)
            ))
        when coalesce(judged.verdict, 'undetermined') = 'undetermined' and with_foreign_lines.organization_id is not null
            then '/undetermined'
        else ''
    end as digest_suffix
from organizations
left join judged on organizations.organization_id = judged.organization_id
left join listed on organizations.organization_id = listed.organization_id
left join with_foreign_lines on organizations.organization_id = with_foreign_lines.organization_id
left join {{ ref('stg_organization_information') }} as organization
    on organizations.organization_id = organization.organization_id
