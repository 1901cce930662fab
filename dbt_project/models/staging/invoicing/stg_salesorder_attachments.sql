{{ config(materialized='incremental', incremental_strategy='replace_partitions') }}

{{ typed('salesorder_attachments', [
    ['file_id', 'fileId'],
    ['file_name', 'fileName'],
    ['media_type', 'mediaType'],
    ['size_bytes', 'size', 'integer'],
    ['attached_at', 'timestamp', 'timestamp'],
    ['tags', 'tags', ['VARCHAR']],
], parents=['salesorder_id'], key=['salesorder_id', 'file_id']) }}
