{{ typed('paymentmethods', [
    ['payment_method_id', 'id'],
    ['payment_method_name', 'name'],
    ['account_id', 'account.id'],
], key=['payment_method_id']) }}
