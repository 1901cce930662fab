{{ config(materialized='incremental', incremental_strategy='replace_partitions', meta={'endpoint': 'dimension_elements'}) }}

{{ typed('dimension_elements', [
    ['dimension_type', 'dimensionType', 'integer'],
    ['dimension_value', 'value'],
    ['dimension_name', 'name'],
], decides=['dimension_type'], key=['dimension_type', 'dimension_value']) }}
