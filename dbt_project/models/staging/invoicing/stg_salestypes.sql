{{ typed('salestypes', [
    ['sales_type_id', 'id'],
    ['sales_type_name', 'name'],
    ['account_id', 'account.id'],
], key=['sales_type_id']) }}
