{{ typed('dimensions', [
    ['dimension_type', 'id', 'integer'],
    ['dimension_type_name', 'name'],
], decides=['dimension_type'], key=['dimension_type']) }}
