"""The authenticated client: one request at a time, or a chain of pages, with every answer checked before it is believed.

Knows nothing of files, dates or Dagster. `transport.py` is the only place that imports the HTTP library.
"""
