"""The user's own endpoints and scheduled requests: folders that `dg scaffold defs` makes. See docs/components.md."""
