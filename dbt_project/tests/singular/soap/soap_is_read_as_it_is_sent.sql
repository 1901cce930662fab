-- Every record of the SOAP services is read as it was sent, and both lists of voucher types say the same. A value that is named here
-- cannot be read, or a type has another number in the other list: what rests on it in ledger_links is not sure. Report a field
-- that comes in another way than the contract says.
{{ config(severity='warn', meta={'kind': 'books', 'dagster': {'ref': {'name': 'ledger_links'}}}) }}

{% for list, key in [
    ('transactions', 'line_id'), ('fiscalyears', 'fiscal_year_id'), ('typelist', 'transaction_type_id'),
    ('transactiontypes', 'transaction_type_id'), ('accountlist', 'account_id'), ('taxcodelist', 'tax_id')
] -%}
    select
        r.organization_id,
        '{{ list }}' as list,
        coalesce(r._lost, r._unread) as said,
        r.{{ key }} as record
    from {{ ref('stg_soap_' ~ list) }} as r
    where r._lost is not null or r._unread is not null
    union all
{% endfor -%}
select
    types.organization_id,
    'typelist' as list,
    'number ' || types.transaction_type_number || ' here and ' || others.transaction_type_number || ' in transactiontypes' as said,
    types.transaction_type_id as record
from {{ ref('stg_soap_typelist') }} as types
inner join {{ ref('stg_soap_transactiontypes') }} as others
    on types.organization_id = others.organization_id and types.transaction_type_id = others.transaction_type_id
where types.transaction_type_number <> others.transaction_type_number
