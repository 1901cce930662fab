{{ typed('prices', [
    ['product_id', 'productId'],
    ['price', 'price', 'decimal'],
], parents=['pricelist_id'], key=['pricelist_id', 'product_id']) }}
