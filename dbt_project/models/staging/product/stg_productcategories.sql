{{ typed('productcategories', [
    ['category_id', 'id'],
    ['category_name', 'name'],
    ['parent_category_id', 'parentId'],
    ['alternative_reference', 'alternativeReference'],
    ['modified_at', 'modifiedAt', 'timestamp'],
], key=['category_id']) }}
