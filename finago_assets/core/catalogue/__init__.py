"""The endpoint catalogue: what can be read, how, and under which scope. The one source of truth for everything else."""
