{{ typed('transactiontypes', [
    ['transaction_type_id', 'id'],
    ['transaction_type_number', 'number', 'integer'],
    ['transaction_type_name', 'name'],
], key=['transaction_type_id']) }}
