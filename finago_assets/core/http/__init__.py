"""The authenticated client: a chain of pages, every answer checked before it is believed.

Knows nothing of files, dates or Dagster. `transport.py` is the only place that imports the HTTP library.
"""
