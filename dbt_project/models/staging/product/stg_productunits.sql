{{ typed('productunits', [
    ['unit_id', 'id'],
    ['unit_name', 'name'],
    ['unit_symbol', 'symbol'],
], key=['unit_id']) }}
