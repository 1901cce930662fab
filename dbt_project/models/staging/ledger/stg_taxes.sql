{{ typed('taxes', [
    ['tax_id', 'id'],
    ['tax_number', 'number', 'integer'],
    ['tax_name', 'name'],
    ['tax_rate', 'rate', 'decimal'],
], decides=['tax_number'], key=['tax_id']) }}
