select
    basis.organization_id,
    basis.base_currency,
    basis.verdict,
    cast(case basis.verdict
        when 'base' then basis.vouchers_for_base
        when 'foreign' then basis.vouchers_for_foreign
        else 0
    end as bigint) as vouchers,
    cast(case basis.verdict
        when 'base' then basis.account_months_for_base
        when 'foreign' then basis.account_months_for_foreign
        else 0
    end as bigint) as account_months,
    cast(basis.vouchers_for_base as bigint) as vouchers_for_base,
    cast(basis.vouchers_for_foreign as bigint) as vouchers_for_foreign,
    cast(basis.account_months_for_base as bigint) as account_months_for_base,
    cast(basis.account_months_for_foreign as bigint) as account_months_for_foreign,
    {{ map_as_text('basis.rate_units', ' per ') }} as rates_per
from {{ ref('int_currency_verdict') }} as basis
