"""Whether landed records still have the fields that are known of them. Imports neither dagster nor dbt."""
