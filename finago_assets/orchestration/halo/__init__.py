"""Changes of Halo connections in Dagster: jobs that send nothing until everything was said, and the record of them."""
