{{ typed('product_salestype_overrides', [
    ['sales_type_id', 'salesTypeId'],
    ['account_number', 'accountNumber', 'integer'],
], parents=['product_id'], key=['product_id', 'sales_type_id']) }}
