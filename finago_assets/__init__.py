"""Finago Office (24SevenOffice) as Dagster assets: raw JSON landed by date, books rebuilt in DuckDB.

Importing the package wires nothing; `finago_assets.definitions` is what Dagster loads.
"""
