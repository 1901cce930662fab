"""Connections by name: a registry of organizations, in a file or a table, whose credentials are references.

Knows nothing of requests, runs or Dagster. Start at registry.py.
"""
