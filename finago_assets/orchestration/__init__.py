"""The Dagster half: thin objects that name the core's work as assets. Importing this package wires nothing."""
