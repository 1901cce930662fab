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

cases_by_claim as (
    select
        claims.organization_id,
        coalesce(sum(claims.cases) filter (where claims.claim = 'account month for base'), 0) as account_months_for_base,
        coalesce(sum(claims.cases) filter (where claims.claim = 'account month for foreign'), 0) as account_months_for_foreign,
        coalesce(sum(claims.cases) filter (where claims.claim = 'voucher for base'), 0) as vouchers_for_base,
        coalesce(sum(claims.cases) filter (where claims.claim = 'voucher for foreign'), 0) as vouchers_for_foreign
    from claims
    group by claims.organization_id
),

verdicts as (
    select
        cases_by_claim.*,
        case
            when cases_by_claim.account_months_for_base > 0 and cases_by_claim.account_months_for_foreign > 0 then 'undetermined'
            when cases_by_claim.account_months_for_base > 0 then 'base'
            when cases_by_claim.account_months_for_foreign > 0 then 'foreign'
            when cases_by_claim.vouchers_for_base > 0 and cases_by_claim.vouchers_for_foreign > 0 then 'undetermined'
            when cases_by_claim.vouchers_for_base > 0 then 'base'
            when cases_by_claim.vouchers_for_foreign > 0 then 'foreign'
            else 'undetermined'
        end as verdict
    from cases_by_claim
),

-- what somebody knows of a currency; an organization's own row goes before the one for all
seeded as (
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
    inner join verdicts on evidence.organization_id = verdicts.organization_id
    where
        evidence.rate_per is not null
        and case verdicts.verdict when 'base' then evidence.kind = 'invoice' else evidence.speaks_for = verdicts.verdict end
    group by evidence.organization_id, evidence.currency_code
    having count(distinct evidence.rate_per) = 1
),

currencies as (
    select
        coalesce(seeded.organization_id, units.organization_id) as organization_id,
        coalesce(seeded.currency_code, units.currency_code) as currency_code,
        coalesce(seeded.rate_per, units.rate_per) as rate_per,
        seeded.amounts_in
    from seeded
    full join units on seeded.organization_id = units.organization_id and seeded.currency_code = units.currency_code
),

rate_maps as (
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
    coalesce(verdicts.verdict, 'undetermined') as verdict,
    coalesce(verdicts.account_months_for_base, 0) as account_months_for_base,
    coalesce(verdicts.account_months_for_foreign, 0) as account_months_for_foreign,
    coalesce(verdicts.vouchers_for_base, 0) as vouchers_for_base,
    coalesce(verdicts.vouchers_for_foreign, 0) as vouchers_for_foreign,
    rate_maps.rate_units,
    rate_maps.amounts_in,
    -- sums of a day follow the amounts, so a day whose amounts read differently is a changed day
    case
        when verdicts.verdict = 'foreign' or rate_maps.amounts_in is not null
            then '/' || md5(concat_ws(
                ',', organization.currency_code, verdicts.verdict, cast(rate_maps.rate_units as varchar), cast(rate_maps.amounts_in as varchar)
            ))
        when coalesce(verdicts.verdict, 'undetermined') = 'undetermined' and with_foreign_lines.organization_id is not null
            then '/undetermined'
        else ''
    end as digest_suffix
from organizations
left join verdicts on organizations.organization_id = verdicts.organization_id
left join rate_maps on organizations.organization_id = rate_maps.organization_id
left join with_foreign_lines on organizations.organization_id = with_foreign_lines.organization_id
left join {{ ref('stg_organization_information') }} as organization
    on organizations.organization_id = organization.organization_id
