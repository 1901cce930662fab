{{ typed('product_dimensions', [
    ['dimension_type', 'dimensionType', 'integer'],
    ['dimension_type_name', 'dimensionTypeName'],
    ['dimension_value', 'value'],
    ['dimension_name', 'name'],
], decides=['dimension_type'], parents=['product_id'], key=['product_id', 'dimension_type']) }}
