{{ typed('currencies', [
    ['currency_code', 'code'],
    ['currency_rate', 'rate', 'decimal'],
], key=['currency_code']) }}
