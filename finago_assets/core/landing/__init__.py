"""Landed records: where they lie, how they become visible all at once, and how they are read back.

Knows nothing of HTTP, Dagster or dbt. Start at store.py.
"""
