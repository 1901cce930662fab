{{ typed('accounts', [
    ['account_id', 'id'],
    ['account_number', 'number', 'integer'],
    ['account_name', 'name'],
    ['tax_id', 'taxId'],
], decides=['account_number'], key=['account_id']) }}
