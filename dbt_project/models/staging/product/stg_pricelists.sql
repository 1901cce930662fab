{{ typed('pricelists', [
    ['pricelist_id', 'id'],
    ['pricelist_name', 'name'],
    ['description', 'description'],
    ['currency_code', 'currencyCode'],
    ['is_inclusive_tax', 'isInclusiveTax', 'boolean'],
], decides=['is_inclusive_tax'], key=['pricelist_id']) }}
