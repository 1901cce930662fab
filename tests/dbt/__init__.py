"""Tests of the dbt project: built by dbt itself over raw files written by hand."""
