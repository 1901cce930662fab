"""The pure half: HTTP, paging, windows, files. Nothing below here imports dagster or dbt."""
