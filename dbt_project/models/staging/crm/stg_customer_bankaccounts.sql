{{ typed('customer_bankaccounts', [
    ['bank_account_number', 'number'],
    ['bank_account_type', 'type'],
    ['is_default', 'isDefault', 'boolean'],
    ['bank_account_name', 'name'],
    ['country_code', 'countryCode'],
    ['address', 'address'],
    ['bank_code', 'bsc'],
    ['bic', 'bic'],
], parents=['customer_id'], key=['customer_id', 'bank_account_number']) }}
